/* SPDX-License-Identifier: MIT */
#include "domain-keys.h"

#include "rotation-end.h"
#include "selector.h"

/* Its dot keeps it apart from the directories of selectors. */
#define SELECTOR_NAME "selector.txt"
#define SELECTOR_MAX  256
#define FILE_MODE     0644

typedef struct
{
  AimxConfigChange *change;
  AimxConfig *config; /* with the domain, unless the change does not know it */
  const AimxDomain *domain;
  DkimKeyFiles files;
} Domain;

static void
domain_clear (Domain *self)
{
  g_clear_object (&self->config);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Domain, domain_clear)

/* (transfer full) @config */
static void
domain_init (Domain *self, AimxConfigStore *store, AimxConfigChange *change, AimxConfig *config, const char *name)
{
  self->change = change;
  self->config = config;
  self->domain = aimx_config_get_domain (config, name);
  self->files.store = store;
  self->files.domain = name;
  if (self->domain == NULL)
    return;
  self->files.is_default = self->domain == aimx_config_get_default_domain (config);
  self->files.selector = aimx_domain_get_dkim_selector (self->domain);
}

/* ---- the selector beside the keys ---- */

static char *
get_selector_path (const Domain *self)
{
  g_autofree char *directory = dkim_key_files_get_directory (&self->files);

  return g_build_filename (directory, SELECTOR_NAME, NULL);
}

/* (nullable): one that could not be in the configuration is none. */
static char *
read_selector (const Domain *self)
{
  g_autofree char *path = get_selector_path (self);
  g_autoptr (GBytes) bytes = aimx_config_store_read_file (self->files.store, path, SELECTOR_MAX, NULL);
  gsize length;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  g_autofree char *selector = data != NULL ? g_strchomp (g_strndup (data, length)) : NULL;

  return selector != NULL && dkim_selector_check (selector, self->files.domain, DKIM_RSA, NULL)
             ? g_steal_pointer (&selector)
             : NULL;
}

static gboolean
write_selector (const Domain *self, GError **error)
{
  g_autofree char *path = get_selector_path (self);
  g_autofree char *there = read_selector (self);
  g_autofree char *text = g_strconcat (self->files.selector, "\n", NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *kept_name = g_date_time_format (now, SELECTOR_NAME ".%Y%m%dT%H%M%S.%fZ");
  g_autoptr (GError) why = NULL;

  if (g_strcmp0 (there, self->files.selector) == 0 ||
      aimx_config_change_write_file (self->change, path, text, strlen (text), FILE_MODE, &why))
    return TRUE;
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    return aimx_config_change_replace_file (self->change, path, kept_name, text, strlen (text), FILE_MODE, error);
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* ---- going ---- */

static gboolean
end_rotation (const Domain *self, DkimRotation *rotation, gboolean is_switched, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);

  return dkim_rotation_break_off (rotation, &self->files, self->change, is_switched, kept, error);
}

/* (out) @rotation: %NULL when there is none */
static gboolean
find_rotation (const Domain *self, DkimRotation **rotation, GError **error)
{
  g_autoptr (GError) why = NULL;

  *rotation = dkim_rotation_read (&self->files, &why);
  if (*rotation != NULL || g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
dkim_domain_release (AimxConfigStore *store, AimxConfigChange *change, const char *domain, GError **error)
{
  g_auto (Domain) self = { NULL };
  g_autoptr (DkimRotation) rotation = NULL;

  domain_init (&self, store, change, aimx_config_store_get (store), domain);
  if (self.domain == NULL)
    return TRUE;
  if (!find_rotation (&self, &rotation, error) ||
      (rotation != NULL &&
       !end_rotation (&self, rotation, strcmp (rotation->selector, self.files.selector) == 0, error)) ||
      !dkim_key_files_settle (&self.files, change, NULL, error))
    return FALSE;
  return !dkim_key_files_has (&self.files, DKIM_RSA) || write_selector (&self, error);
}

/* ---- coming ---- */

/* Who took the domain out of the configuration by hand has left a rotation as it was. (out) (nullable) @selector: that
 * of the keys that are there */
static gboolean
find_selector (const Domain *self, char **selector, GError **error)
{
  g_autoptr (DkimRotation) rotation = NULL;
  gboolean is_switched;

  if (!find_rotation (self, &rotation, error))
    return FALSE;
  if (rotation == NULL)
    {
      *selector = read_selector (self);
      return TRUE;
    }
  is_switched = rotation->switched_at != 0;
  *selector = g_strdup (is_switched ? rotation->selector : rotation->old_selector);
  return end_rotation (self, rotation, is_switched, error);
}

static gboolean
has_own_selector (const Domain *self)
{
  g_auto (GStrv) overrides = g_strsplit (aimx_domain_get_overrides (self->domain), ",", -1);

  return g_strv_contains ((const char *const *) overrides, "dkim_selector");
}

static gboolean
check_selector (const Domain *self, GError **error)
{
  const gboolean has_ed25519 = dkim_key_files_has (&self->files, DKIM_ED25519);

  if (has_own_selector (self))
    return dkim_selector_check_new (self->files.selector, self->files.domain, has_ed25519, NULL, error);
  return dkim_selector_check (self->files.selector, self->files.domain, DKIM_RSA, error);
}

/* Keys that are used again have the selector that they had, unless another is wanted. */
static gboolean
use_selector (Domain *self, const char *selector, GError **error)
{
  if (self->domain == NULL || selector == NULL || has_own_selector (self) ||
      strcmp (selector, self->files.selector) == 0 || !dkim_key_files_has (&self->files, DKIM_RSA))
    return TRUE;
  return aimx_config_change_set_dkim_selector (self->change, self->files.domain, selector, error);
}

/* In directories of selectors, which others read first, there is at most the key that is taken up. */
static gboolean
take_up (Domain *self, GError **error)
{
  const DkimKeyFiles own = { .store = self->files.store, .domain = self->files.domain };

  return dkim_key_files_has (&own, DKIM_RSA) ? dkim_key_files_clear_next (&self->files, self->change, NULL, error)
                                             : dkim_key_files_settle (&self->files, self->change, NULL, error);
}

static gboolean
make_or_complete (Domain *self, GError **error)
{
  g_autofree char *directory = NULL;
  g_autoptr (GError) why = NULL;
  g_autoptr (DkimKey) key = dkim_key_files_read (&self->files, DKIM_RSA, &directory, &why);

  if (key != NULL)
    return dkim_key_files_complete (&self->files, self->change, key, directory, error);
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    key = dkim_key_files_make (&self->files, self->change, DKIM_RSA, NULL, error);
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN, "the key that is there already cannot be used: %s; move it aside",
                 why->message);
  return key != NULL;
}

gboolean
dkim_domain_prepare (AimxConfigStore *store, AimxConfigChange *change, const char *domain, GError **error)
{
  g_auto (Domain) self = { NULL };
  g_autofree char *selector = NULL;
  AimxConfig *config;

  if (!aimx_name_check_domain (domain, error))
    return FALSE;
  config = aimx_config_change_validate (change, error);
  if (config == NULL)
    return FALSE;
  domain_init (&self, store, change, config, domain);
  return (self.domain == NULL || check_selector (&self, error)) && find_selector (&self, &selector, error) &&
         take_up (&self, error) && use_selector (&self, selector, error) && make_or_complete (&self, error);
}
