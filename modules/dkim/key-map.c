/* SPDX-License-Identifier: MIT */
#include "key-map.h"

#include "key-access.h"

/* ---- the keys of a domain ---- */

DkimDomainKeys *
dkim_domain_keys_ref (DkimDomainKeys *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
dkim_domain_keys_unref (DkimDomainKeys *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_clear_pointer (&self->keys[i], dkim_key_unref);
      g_clear_pointer (&self->exposures[i], g_free);
      g_clear_error (&self->errors[i]);
    }
  g_free (self->domain);
  g_free (self->selector);
  g_free (self->directory);
  g_free (self);
}

static DkimKey *
read_key (const DkimKeyFiles *files, DkimAlgorithm algorithm, char **place, GError **error)
{
  DkimKey *key = dkim_key_files_read (files, algorithm, place, error);

  if (key == NULL || dkim_selector_check (files->selector, files->domain, algorithm, error))
    return key;
  dkim_key_unref (key);
  return NULL;
}

static char *
find_exposure (const DkimKeyFiles *files, DkimAlgorithm algorithm)
{
  g_autofree char *place = dkim_key_files_find_place (files, algorithm);
  g_autofree char *path = dkim_key_files_get_path (files, place, algorithm);

  return dkim_key_access_judge (path, aimx_config_store_get_directory (files->store));
}

/* Mail goes on being signed with the key that was read before, when what is in its place now cannot be used. */
static void
keep_key (DkimDomainKeys *self, const DkimDomainKeys *old, DkimAlgorithm algorithm)
{
  if (self->errors[algorithm] == NULL || old->keys[algorithm] == NULL)
    return;
  self->keys[algorithm] = dkim_key_ref (old->keys[algorithm]);
  if (algorithm == DKIM_RSA)
    {
      g_free (self->directory);
      self->directory = g_strdup (old->directory);
    }
}

/* (nullable) @old: what is known of the same domain */
static DkimDomainKeys *
read_keys (AimxConfigStore *store, AimxConfig *config, const AimxDomain *domain, const DkimDomainKeys *old)
{
  const DkimKeyFiles files = {
    .store = store,
    .domain = aimx_domain_get_name (domain),
    .is_default = domain == aimx_config_get_default_domain (config),
    .selector = aimx_domain_get_dkim_selector (domain),
  };
  DkimDomainKeys *self = g_new0 (DkimDomainKeys, 1);
  g_autofree char *place = NULL;

  g_atomic_ref_count_init (&self->refs);
  self->domain = g_strdup (aimx_domain_get_name (domain));
  self->selector = g_strdup (aimx_domain_get_dkim_selector (domain));
  self->keys[DKIM_RSA] = read_key (&files, DKIM_RSA, &place, &self->errors[DKIM_RSA]);
  self->keys[DKIM_ED25519] = read_key (&files, DKIM_ED25519, NULL, &self->errors[DKIM_ED25519]);
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    if (self->keys[i] != NULL)
      self->exposures[i] = find_exposure (&files, i);
  if (g_error_matches (self->errors[DKIM_ED25519], AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    g_clear_error (&self->errors[DKIM_ED25519]);
  self->directory = g_build_filename (aimx_config_store_get_directory (store), place, NULL);
  for (DkimAlgorithm i = 0; old != NULL && strcmp (old->selector, self->selector) == 0 && i < DKIM_N_ALGORITHMS; i++)
    keep_key (self, old, i);
  return self;
}

/* ---- the map ---- */

static GHashTable *
map_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) dkim_domain_keys_unref);
}

/* (transfer full) @keys */
static void
map_take (GHashTable *map, DkimDomainKeys *keys)
{
  g_hash_table_replace (map, keys->domain, keys);
}

GHashTable *
dkim_key_map_new (AimxConfigStore *store, AimxConfig *config, GHashTable *old, gboolean reread, GPtrArray *read)
{
  GPtrArray *domains = aimx_config_get_domains (config);
  GHashTable *map = map_new ();

  for (guint i = 0; i < domains->len; i++)
    {
      const AimxDomain *domain = domains->pdata[i];
      DkimDomainKeys *keys = old != NULL ? g_hash_table_lookup (old, aimx_domain_get_name (domain)) : NULL;

      if (!reread && keys != NULL && strcmp (keys->selector, aimx_domain_get_dkim_selector (domain)) == 0)
        {
          map_take (map, dkim_domain_keys_ref (keys));
          continue;
        }
      keys = read_keys (store, config, domain, keys);
      map_take (map, keys);
      if (read != NULL)
        g_ptr_array_add (read, keys);
    }
  return map;
}

GHashTable *
dkim_key_map_renew (GHashTable *map, AimxConfigStore *store, AimxConfig *config, const AimxDomain *domain)
{
  GHashTable *renewed = map_new ();
  GHashTableIter iter;
  gpointer keys;

  g_hash_table_iter_init (&iter, map);
  while (g_hash_table_iter_next (&iter, NULL, &keys))
    map_take (renewed, dkim_domain_keys_ref (keys));
  keys = g_hash_table_lookup (map, aimx_domain_get_name (domain));
  map_take (renewed, read_keys (store, config, domain, keys));
  return renewed;
}
