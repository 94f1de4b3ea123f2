/* SPDX-License-Identifier: MIT */
/*
 * The mail store as a whole: opening, its lock on the data directory, getting it ready to be served.
 */
#include "mail/mail-store-room.h"

#include "io/sys.h"
#include "mail/readme.h"
#include "mail/spool-private.h"

#include <aimx/log.h>
#include <glib/gstdio.h>

#include <string.h>
#include <sys/file.h>

#define LOCK_FILE  ".lock"
#define LOCK_MODE  0644
#define SPOOL      ".spool"
#define SPOOL_MODE 0700

/* How often a lock held by somebody else is tried. */
#define LOCK_INTERVAL_USEC (100 * 1000)

G_DEFINE_TYPE (AimxMailStore, aimx_mail_store, G_TYPE_OBJECT)

/* ---- the lock on the data directory ---- */

static void
set_held_error (AimxMailStore *self, GError **error)
{
  char holder[32] = "";
  ssize_t n_read = aimx_sys_pread (self->lock_fd, holder, sizeof holder - 1, 0);

  if (n_read > 0 && g_ascii_isdigit (holder[0]))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
                 "%s is in use by process %s; stop that process, or use another data directory", self->data_dir,
                 g_strstrip (holder));
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
                 "%s is in use by another process; stop it, or use another data directory", self->data_dir);
}

static gboolean
write_holder (AimxMailStore *self, GError **error)
{
  g_autofree char *pid = g_strdup_printf ("%d\n", (int) getpid ());
  gsize length = strlen (pid);

  if (ftruncate (self->lock_fd, 0) == 0 && aimx_sys_write (self->lock_fd, pid, length) == (ssize_t) length)
    return TRUE;
  return aimx_error_set_errno (error, errno, "write %s/" LOCK_FILE, self->data_dir);
}

static gboolean
take_lock (AimxMailStore *self, guint wait_seconds, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) wait_seconds * G_USEC_PER_SEC;

  self->lock_fd =
      aimx_sys_openat (aimx_directory_get_fd (self->root), LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW, LOCK_MODE);
  if (self->lock_fd < 0)
    return aimx_error_set_errno (error, errno, "open %s/" LOCK_FILE, self->data_dir);
  while (flock (self->lock_fd, LOCK_EX | LOCK_NB) < 0)
    {
      if (errno == EINTR)
        continue;
      if (errno != EWOULDBLOCK)
        return aimx_error_set_errno (error, errno, "lock %s/" LOCK_FILE, self->data_dir);
      if (g_get_monotonic_time () >= deadline)
        {
          set_held_error (self, error);
          return FALSE;
        }
      g_usleep (LOCK_INTERVAL_USEC);
    }
  return write_holder (self, error);
}

/* ---- opening ---- */

static gboolean
make_data_dir (const char *data_dir, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (data_dir);

  if (g_mkdir_with_parents (parent, AIMX_SHARED_MODE) < 0 || (g_mkdir (data_dir, 0700) < 0 && errno != EEXIST))
    return aimx_error_set_errno (error, errno, "make the data directory %s", data_dir);
  return TRUE;
}

static gboolean
open_for_changes (AimxMailStore *self, guint lock_wait_seconds, GError **error)
{
  if (!take_lock (self, lock_wait_seconds, error))
    return FALSE;
  /* Every owner passes through it, whatever the umask was when it was made. */
  if (aimx_sys_fchmod (aimx_directory_get_fd (self->root), AIMX_SHARED_MODE) < 0)
    return aimx_error_set_errno (error, errno, "change mode of %s", self->data_dir);
  self->spool =
      aimx_directory_make (self->root, SPOOL, SPOOL_MODE, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID, NULL, error);
  if (self->spool == NULL)
    return FALSE;
  self->nameless = aimx_durable_file_can_be_nameless (self->spool);
  return TRUE;
}

AimxMailStore *
aimx_mail_store_open (const char *data_dir,
                      AimxMailStoreAccess access,
                      guint lock_wait_seconds,
                      AimxConfigStore *config,
                      AimxLockManager *locks,
                      AimxAccounts *accounts,
                      GError **error)
{
  g_autoptr (AimxMailStore) self = g_object_new (AIMX_TYPE_MAIL_STORE, NULL);
  gboolean changes = access == AIMX_MAIL_STORE_CHANGE;

  self->data_dir = g_strdup (data_dir);
  self->access = access;
  self->config = g_object_ref (config);
  self->locks = g_object_ref (locks);
  self->accounts = g_object_ref (accounts);
  if (changes && !make_data_dir (data_dir, error))
    return NULL;
  self->root = aimx_directory_open_root (data_dir, AIMX_DIRECTORY_DEFAULT, error);
  if (self->root == NULL)
    {
      g_prefix_error (error, "the data directory: ");
      return NULL;
    }
  if (changes && !open_for_changes (self, lock_wait_seconds, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
prepare_domain (AimxMailStore *self, const char *domain, GError **error)
{
  g_autoptr (AimxDirectory) directory =
      aimx_directory_make (self->root, domain, AIMX_SHARED_MODE, AIMX_DIRECTORY_KEEP_ID, AIMX_DIRECTORY_KEEP_ID, NULL,
                           error);

  if (directory == NULL)
    return FALSE;
  if (aimx_sys_fchmod (aimx_directory_get_fd (directory), AIMX_SHARED_MODE) < 0)
    return aimx_error_set_errno (error, errno, "change mode of %s", aimx_directory_get_path (directory));
  return TRUE;
}

gboolean
aimx_mail_store_prepare (AimxMailStore *self, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->config);
  GPtrArray *domains = aimx_config_get_domains (config);

  g_return_val_if_fail (self->access == AIMX_MAIL_STORE_CHANGE, FALSE);

  for (guint i = 0; i < domains->len; i++)
    if (!prepare_domain (self, aimx_domain_get_name (domains->pdata[i]), error))
      return FALSE;
  return aimx_directory_empty (self->spool, error) && aimx_data_readme_write (self->root, error) &&
         aimx_directory_sync (self->root, error);
}

AimxDirectory *
aimx_mail_store_get_root (AimxMailStore *self)
{
  return self->root;
}

const char *
aimx_mail_store_get_data_dir (AimxMailStore *self)
{
  return self->data_dir;
}

AimxSpool *
aimx_mail_store_new_spool (AimxMailStore *self)
{
  return aimx_spool_new (self->spool);
}

gboolean
aimx_mail_store_check_change (AimxMailStore *self, AimxLockGuard *guard, const char *fqdn, GError **error)
{
  if (self->access != AIMX_MAIL_STORE_CHANGE)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s was opened for reading only", self->data_dir);
  else if (guard != NULL && aimx_lock_guard_covers (guard, AIMX_LOCK_MAILBOX, fqdn))
    return TRUE;
  else
    {
      g_critical ("the mailbox %s was to be changed without its lock", fqdn);
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_ORDER, "the mailbox %s was to be changed without its lock", fqdn);
    }
  return FALSE;
}

char *
aimx_mail_store_new_name (AimxMailStore *self, const char *what)
{
  return g_strdup_printf ("%s-%u", what, (guint) g_atomic_int_add (&self->next_name, 1));
}

AimxDurableFile *
aimx_mail_store_new_file (AimxMailStore *self, GError **error)
{
  g_autofree char *name = self->nameless ? NULL : aimx_mail_store_new_name (self, "file");

  return aimx_durable_file_new (self->spool, name, error);
}

/* ---- the object ---- */

static void
aimx_mail_store_finalize (GObject *object)
{
  AimxMailStore *self = AIMX_MAIL_STORE (object);

  g_hash_table_unref (self->records);
  g_mutex_clear (&self->mutex);
  aimx_partial_memory_free (self->partial);
  aimx_sync_group_free (self->syncs);
  g_clear_pointer (&self->spool, aimx_directory_unref);
  g_clear_pointer (&self->root, aimx_directory_unref);
  aimx_fd_clear (&self->lock_fd);
  g_clear_object (&self->accounts);
  g_clear_object (&self->locks);
  g_clear_object (&self->config);
  g_free (self->data_dir);
  G_OBJECT_CLASS (aimx_mail_store_parent_class)->finalize (object);
}

static void
aimx_mail_store_class_init (AimxMailStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_mail_store_finalize;
}

static void
aimx_mail_store_init (AimxMailStore *self)
{
  self->lock_fd = -1;
  self->syncs = aimx_sync_group_new (aimx_directory_sync);
  self->partial = aimx_partial_memory_new ();
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) aimx_mailbox_record_unref);
  g_mutex_init (&self->mutex);
}
