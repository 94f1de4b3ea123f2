/* SPDX-License-Identifier: MIT */
/*
 * A certificate chain with its key, read from two PEM files at once, and the key of the session tickets that are good
 * for as long as these credentials are in use.
 */
#include "io/tls-private.h"

#include "io/sys.h"

#include <aimx/error.h>

#include <gnutls/x509.h>

/** AIMX_PEM_MAX: bytes of a file; chains are a few KiB */
#define AIMX_PEM_MAX (1024 * 1024)

/* Appended to what GnuTLS, or the administrator of the system, takes for secure. */
#define PRIORITIES "-VERS-TLS1.1:-VERS-TLS1.0"

typedef struct
{
  char *path;
  struct stat info;
} PemFile;

struct _AimxTlsCredentials
{
  GObject parent_instance;

  PemFile cert;
  PemFile key;
  gnutls_certificate_credentials_t certificate;
  gnutls_priority_t priorities;
  gnutls_datum_t ticket_key;
};

G_DEFINE_FINAL_TYPE (AimxTlsCredentials, aimx_tls_credentials, G_TYPE_OBJECT)

typedef struct
{
  gnutls_x509_crt_t *certs;
  guint n_certs;
  gnutls_x509_privkey_t key;
} Pair;

static void
pair_clear (Pair *self)
{
  for (guint i = 0; i < self->n_certs; i++)
    gnutls_x509_crt_deinit (self->certs[i]);
  gnutls_free (self->certs);
  if (self->key != NULL)
    gnutls_x509_privkey_deinit (self->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pair, pair_clear)

/* The bytes of a file; a key's are wiped. */
static void
datum_clear (gnutls_datum_t *self)
{
  if (self->data != NULL)
    gnutls_memset (self->data, 0, self->size);
  g_clear_pointer (&self->data, g_free);
}

typedef gnutls_datum_t Datum;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Datum, datum_clear)

static gboolean
pem_file_read (PemFile *self, gnutls_datum_t *text, GError **error)
{
  g_auto (AimxFd) fd = aimx_sys_openat (AT_FDCWD, self->path, O_RDONLY | O_NONBLOCK, 0);
  gsize length = 0;
  ssize_t n_read;

  if (fd < 0 || aimx_sys_fstat (fd, &self->info) < 0)
    return aimx_error_set_errno (error, errno, "read TLS file %s", self->path);
  if (!S_ISREG (self->info.st_mode) || self->info.st_size > AIMX_PEM_MAX)
    return g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "TLS file %s is not a PEM file", self->path), FALSE;
  text->size = (guint) self->info.st_size;
  text->data = g_malloc (text->size + 1);
  while ((n_read = aimx_sys_pread (fd, text->data + length, text->size - length, (off_t) length)) > 0)
    length += (gsize) n_read;
  if (n_read < 0)
    return aimx_error_set_errno (error, errno, "read TLS file %s", self->path);
  text->size = (guint) length;
  return TRUE;
}

static gboolean
pem_file_is_current (const PemFile *self)
{
  struct stat now;

  return stat (self->path, &now) == 0 && now.st_dev == self->info.st_dev && now.st_ino == self->info.st_ino &&
         now.st_size == self->info.st_size && now.st_mtim.tv_sec == self->info.st_mtim.tv_sec &&
         now.st_mtim.tv_nsec == self->info.st_mtim.tv_nsec && now.st_ctim.tv_sec == self->info.st_ctim.tv_sec &&
         now.st_ctim.tv_nsec == self->info.st_ctim.tv_nsec;
}

static gboolean
check (int code, const char *what, const char *path, GError **error)
{
  if (code >= 0)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "%s %s: %s", what, path, gnutls_strerror (code));
  return FALSE;
}

static gboolean
load_pair (AimxTlsCredentials *self, GError **error)
{
  g_auto (Datum) cert_text = { NULL, 0 };
  g_auto (Datum) key_text = { NULL, 0 };
  g_auto (Pair) pair = { NULL, 0, NULL };
  int code;

  if (!pem_file_read (&self->cert, &cert_text, error) || !pem_file_read (&self->key, &key_text, error))
    return FALSE;
  code = gnutls_x509_crt_list_import2 (&pair.certs, &pair.n_certs, &cert_text, GNUTLS_X509_FMT_PEM,
                                       GNUTLS_X509_CRT_LIST_SORT);
  if (!check (code, "TLS certificate", self->cert.path, error))
    return FALSE;
  code = gnutls_x509_privkey_init (&pair.key);
  if (code >= 0)
    code = gnutls_x509_privkey_import2 (pair.key, &key_text, GNUTLS_X509_FMT_PEM, NULL, 0);
  if (!check (code, "TLS key", self->key.path, error))
    return FALSE;
  code = gnutls_certificate_set_x509_key (self->certificate, pair.certs, (int) pair.n_certs, pair.key);
  if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
    return g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "TLS key %s does not belong to certificate %s",
                        self->key.path, self->cert.path),
           FALSE;
  return check (code, "TLS certificate", self->cert.path, error);
}

AimxTlsCredentials *
aimx_tls_credentials_new (const char *cert_file, const char *key_file, GError **error)
{
  g_autoptr (AimxTlsCredentials) self = g_object_new (AIMX_TYPE_TLS_CREDENTIALS, NULL);
  int code = gnutls_certificate_allocate_credentials (&self->certificate);

  self->cert.path = g_strdup (cert_file);
  self->key.path = g_strdup (key_file);
  if (code >= 0)
    code = gnutls_priority_init2 (&self->priorities, PRIORITIES, NULL, GNUTLS_PRIORITY_INIT_DEF_APPEND);
  if (code >= 0)
    code = gnutls_session_ticket_key_generate (&self->ticket_key);
  if (!check (code, "prepare TLS with", cert_file, error) || !load_pair (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
aimx_tls_credentials_is_current (AimxTlsCredentials *self)
{
  return pem_file_is_current (&self->cert) && pem_file_is_current (&self->key);
}

int
aimx_tls_credentials_apply (AimxTlsCredentials *self, gnutls_session_t session)
{
  int code = gnutls_priority_set (session, self->priorities);

  if (code >= 0)
    code = gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, self->certificate);
  if (code >= 0)
    code = gnutls_session_ticket_enable_server (session, &self->ticket_key);
  return code;
}

static void
aimx_tls_credentials_finalize (GObject *object)
{
  AimxTlsCredentials *self = AIMX_TLS_CREDENTIALS (object);

  g_free (self->cert.path);
  g_free (self->key.path);
  g_clear_pointer (&self->certificate, gnutls_certificate_free_credentials);
  g_clear_pointer (&self->priorities, gnutls_priority_deinit);
  gnutls_memset (self->ticket_key.data, 0, self->ticket_key.size);
  gnutls_free (self->ticket_key.data);
  G_OBJECT_CLASS (aimx_tls_credentials_parent_class)->finalize (object);
}

static void
aimx_tls_credentials_class_init (AimxTlsCredentialsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_tls_credentials_finalize;
}

static void
aimx_tls_credentials_init (AimxTlsCredentials *self)
{
}
