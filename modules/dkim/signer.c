/* SPDX-License-Identifier: MIT */
#include "signer.h"

#include "domain-keys.h"
#include "sign.h"

struct _DkimSigner
{
  GObject parent;
  AimxConfigStore *store; /* unowned: the server has it for longer */
  GMutex reading;         /* one makes a new map at a time; taken before the other */
  gboolean warns;         /* guarded by the above */
  GMutex mutex;           /* guards the pointer below for as long as it takes to copy */
  GHashTable *map;        /* NULL until it is needed */
};

static void signer_interface_init (AimxSignerInterface *interface);

G_DEFINE_TYPE_WITH_CODE (DkimSigner,
                         dkim_signer,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_SIGNER, signer_interface_init))

/* ---- the map ---- */

static GHashTable *
get_map (DkimSigner *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->map != NULL ? g_hash_table_ref (self->map) : NULL;
}

/* (transfer full) @map */
static void
set_map (DkimSigner *self, GHashTable *map)
{
  GHashTable *old;

  g_mutex_lock (&self->mutex);
  old = self->map;
  self->map = map;
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&old, g_hash_table_unref);
}

/* Returns: (transfer full): what a person can do about a missing or damaged key, or one that has no name in the DNS */
static char *
advise (const DkimDomainKeys *keys)
{
  const GError *error = keys->errors[DKIM_RSA];

  if (g_error_matches (error, AIMX_ERROR, AIMX_ERROR_VALIDATION))
    return g_strdup ("write another selector into the configuration");
  if (g_error_matches (error, AIMX_ERROR, AIMX_ERROR_SIGN))
    return g_strdup_printf ("put another in its place with `aimx dkim-keygen --domain %s --force`", keys->domain);
  return g_strdup_printf ("make one with `aimx dkim-keygen --domain %s`", keys->domain);
}

static void
warn_about_access (const DkimDomainKeys *keys)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    if (keys->exposures[i] != NULL)
      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, keys->domain, "MESSAGE", "the key of domain %s is not safe: %s",
                keys->domain, keys->exposures[i]);
}

static void
warn_about (const DkimDomainKeys *keys)
{
  g_autofree char *advice = advise (keys);

  warn_about_access (keys);

  if (keys->errors[DKIM_RSA] != NULL && keys->keys[DKIM_RSA] != NULL)
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, keys->domain, "MESSAGE",
              "mail of domain %s is signed with the key that was read before, until the server ends: %s; %s",
              keys->domain, keys->errors[DKIM_RSA]->message, advice);
  else if (keys->errors[DKIM_RSA] != NULL)
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, keys->domain, "MESSAGE",
              "domain %s has no key that its mail can be signed with: %s; %s", keys->domain,
              keys->errors[DKIM_RSA]->message, advice);
  if (keys->errors[DKIM_ED25519] != NULL)
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, keys->domain, "MESSAGE",
              "mail of domain %s is signed %s: %s; make another with "
              "`aimx dkim-keygen --domain %s --algorithm ed25519 --force`",
              keys->domain,
              keys->keys[DKIM_ED25519] != NULL ? "with the Ed25519 key that was read before, until the server ends"
                                               : "without its Ed25519 key",
              keys->errors[DKIM_ED25519]->message, keys->domain);
}

/* Makes the map that @config needs; with @reread from the files alone. Under the lock for reading. */
static void
follow (DkimSigner *self, AimxConfig *config, gboolean reread)
{
  g_autoptr (GHashTable) old = get_map (self);
  g_autoptr (GPtrArray) read = g_ptr_array_new ();

  set_map (self, dkim_key_map_new (self->store, config, old, reread, read));
  for (guint i = 0; self->warns && i < read->len; i++)
    warn_about (read->pdata[i]);
}

/* A server that runs goes on without it, but the next one does not start. */
static void
warn_about_new_default (DkimSigner *self, AimxConfig *config)
{
  g_autoptr (AimxConfig) old = aimx_config_store_get (self->store);
  g_autoptr (GHashTable) map = get_map (self);
  const char *domain = aimx_domain_get_name (aimx_config_get_default_domain (config));
  const DkimDomainKeys *keys = g_hash_table_lookup (map, domain);

  if (keys->keys[DKIM_RSA] == NULL &&
      !g_str_equal (domain, aimx_domain_get_name (aimx_config_get_default_domain (old))))
    {
      g_autofree char *advice = advise (keys);

      aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, domain, "MESSAGE",
                "the default domain is %s now, and without a key for it no server starts again; %s", domain, advice);
    }
}

/* Also when nobody has asked for a key yet: who asks in a moment would read those of the snapshot before. */
static void
on_changing (AimxConfigStore *store, AimxConfig *config, gboolean reread, gpointer user_data)
{
  DkimSigner *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->reading);

  follow (self, config, reread);
  if (self->warns)
    warn_about_new_default (self, config);
}

/* Unless another thread was faster. */
static void
read_map (DkimSigner *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->reading);
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->store);
  g_autoptr (GHashTable) map = get_map (self);

  if (map == NULL)
    follow (self, config, TRUE);
}

static GHashTable *
get_or_read_map (DkimSigner *self)
{
  GHashTable *map = get_map (self);

  if (map != NULL)
    return map;
  read_map (self);
  return get_map (self);
}

static gboolean
check_default (GHashTable *map, AimxConfig *config, GError **error)
{
  const char *domain = aimx_domain_get_name (aimx_config_get_default_domain (config));
  const DkimDomainKeys *keys = g_hash_table_lookup (map, domain);
  g_autofree char *advice = advise (keys);

  if (keys->keys[DKIM_RSA] != NULL)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN,
               "the default domain %s has no key that its mail can be signed with: %s; %s", domain,
               keys->errors[DKIM_RSA]->message, advice);
  return FALSE;
}

gboolean
dkim_signer_start (DkimSigner *self, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->store);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->reading);
  g_autoptr (GHashTable) map = NULL;
  GHashTableIter iter;
  gpointer keys;

  follow (self, config, TRUE);
  map = get_map (self);
  if (!check_default (map, config, error))
    return FALSE;
  self->warns = TRUE;
  g_hash_table_iter_init (&iter, map);
  while (g_hash_table_iter_next (&iter, NULL, &keys))
    warn_about (keys);
  return TRUE;
}

DkimDomainKeys *
dkim_signer_lookup (DkimSigner *self, const char *domain)
{
  g_autoptr (GHashTable) map = get_or_read_map (self);
  g_autofree char *name = g_ascii_strdown (domain, -1);
  DkimDomainKeys *keys = g_hash_table_lookup (map, name);

  return keys != NULL ? dkim_domain_keys_ref (keys) : NULL;
}

void
dkim_signer_renew (DkimSigner *self, AimxConfig *config, const char *domain)
{
  const AimxDomain *configured = aimx_config_get_domain (config, domain);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->reading);
  g_autoptr (GHashTable) map = get_map (self);

  if (configured != NULL && map != NULL)
    set_map (self, dkim_key_map_renew (map, self->store, config, configured));
}

/* ---- the service ---- */

static gboolean
prepare (AimxSigner *signer, AimxConfigChange *change, const char *domain, GError **error)
{
  return dkim_domain_prepare (DKIM_SIGNER (signer)->store, change, domain, error);
}

static gboolean
release (AimxSigner *signer, AimxConfigChange *change, const char *domain, GError **error)
{
  return dkim_domain_release (DKIM_SIGNER (signer)->store, change, domain, error);
}

static gboolean
adopt (AimxSigner *signer, AimxConfigChange *change, const char *domain, GError **error)
{
  DkimSigner *self = DKIM_SIGNER (signer);
  const DkimKeyFiles files = { .store = self->store, .domain = domain, .is_default = TRUE };
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->store);

  if (!aimx_name_check_domain (domain, error) || !dkim_key_files_adopt (&files, change, error))
    return FALSE;
  dkim_signer_renew (self, config, domain);
  return TRUE;
}

static gboolean
has_key (AimxSigner *signer, const char *domain)
{
  g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (DKIM_SIGNER (signer), domain);

  return keys != NULL && keys->keys[DKIM_RSA] != NULL;
}

static char *
get_directory (AimxSigner *signer, const char *domain)
{
  DkimSigner *self = DKIM_SIGNER (signer);
  const DkimKeyFiles files = { .store = self->store, .domain = domain };
  g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (self, domain);
  g_autofree char *directory = NULL;

  if (keys != NULL)
    return g_strdup (keys->directory);
  directory = dkim_key_files_get_directory (&files);
  return g_build_filename (aimx_config_store_get_directory (self->store), directory, NULL);
}

static char *
sign (AimxSigner *signer, const char *domain, GBytes *message, GError **error)
{
  g_autoptr (DkimDomainKeys) keys = dkim_signer_lookup (DKIM_SIGNER (signer), domain);
  gsize length;
  const char *data = g_bytes_get_data (message, &length);

  if (keys != NULL && keys->keys[DKIM_RSA] != NULL)
    return dkim_sign (keys, data != NULL ? data : "", length, g_get_real_time () / G_USEC_PER_SEC, error);
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN,
               "domain %s has no key that its mail can be signed with; make one with `aimx dkim-keygen --domain %s`",
               domain, domain);
  return NULL;
}

static void
signer_interface_init (AimxSignerInterface *interface)
{
  interface->prepare = prepare;
  interface->adopt = adopt;
  interface->has_key = has_key;
  interface->get_directory = get_directory;
  interface->sign = sign;
  interface->release = release;
}

/* ---- the object ---- */

static void
dkim_signer_finalize (GObject *object)
{
  DkimSigner *self = DKIM_SIGNER (object);

  g_clear_pointer (&self->map, g_hash_table_unref);
  g_mutex_clear (&self->reading);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (dkim_signer_parent_class)->finalize (object);
}

static void
dkim_signer_class_init (DkimSignerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = dkim_signer_finalize;
}

static void
dkim_signer_init (DkimSigner *self)
{
  g_mutex_init (&self->reading);
  g_mutex_init (&self->mutex);
}

DkimSigner *
dkim_signer_new (AimxConfigStore *store)
{
  DkimSigner *self = g_object_new (DKIM_TYPE_SIGNER, NULL);

  self->store = store;
  g_signal_connect_object (store, "changing", G_CALLBACK (on_changing), self, 0);
  return self;
}
