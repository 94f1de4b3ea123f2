/* SPDX-License-Identifier: MIT */
/*
 * The order of the migration. What could stop it is looked for before anything moves, the edited configuration is
 * validated by then, and the marker is written last; every step passes over what is done already.
 *
 * The config guard and the lock that other processes respect are held throughout: keys move, too.
 */
#include "config/migration.h"

#include "config-private.h"
#include "config-store-private.h"
#include "mail/layout.h"

#include <aimx/error.h>
#include <aimx/log.h>

#define KEYS      "dkim"
#define KEYS_MODE 0700

/* What is still as it was in the layout for a single domain. */
typedef struct
{
  gboolean folders;
  gboolean keys;
  gboolean config;
} Signs;

typedef struct
{
  AimxDirectory *root;
  AimxConfigStore *store;
  AimxConfigChange *change;
  AimxDirectory *keys; /* NULL when there are none */
  AimxRelocation folder_moves;
  AimxRelocation key_moves;
  GPtrArray *moves; /* lines for the log */
} Migration;

static gboolean
has_signs (const Signs *signs)
{
  return signs->folders || signs->keys || signs->config;
}

/* Opens the directory of the keys: @keys is NULL when there is none. Links to it are the operator's. */
static gboolean
open_keys (AimxConfigStore *store, AimxDirectory **keys, GError **error)
{
  g_autofree char *path = g_build_filename (aimx_config_store_get_directory (store), KEYS, NULL);
  g_autoptr (GError) why = NULL;

  *keys = aimx_directory_open_root (path, AIMX_DIRECTORY_DEFAULT, &why);
  if (*keys != NULL || g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static AimxRelocation
get_key_relocation (AimxDirectory *keys, const char *domain)
{
  static const char *const names[] = { "private.key", "public.key", NULL };

  return (AimxRelocation){ .from = keys, .into = domain, .mode = KEYS_MODE, .names = names, .type = S_IFREG };
}

static gboolean
find_signs (AimxDirectory *root, AimxDirectory *keys, AimxConfig *config, Signs *signs, GError **error)
{
  const char *domain = aimx_domain_get_name (aimx_config_get_default_domain (config));
  AimxRelocation folder_moves = aimx_layout_get_relocation (root, domain);
  AimxRelocation key_moves = get_key_relocation (keys, domain);

  *signs = (Signs){ .config = config->single_domain || config->bare_keys };
  return aimx_relocation_find_pending (&folder_moves, &signs->folders, error) &&
         (keys == NULL || aimx_relocation_find_pending (&key_moves, &signs->keys, error));
}

/* ---- the steps ---- */

static gboolean
step (gboolean done, const char *what, GError **error)
{
  if (!done)
    g_prefix_error (error, "%s: ", what);
  return done;
}

static gboolean
edit_config (Migration *self, gboolean list_domain, GError **error)
{
  g_autoptr (AimxConfig) config = NULL;
  guint n_rekeyed;

  if ((list_domain && !aimx_config_change_list_domain (self->change, error)) ||
      !aimx_config_change_rekey_mailboxes (self->change, &n_rekeyed, error))
    return FALSE;
  config = aimx_config_change_validate (self->change, error);
  if (config == NULL)
    return FALSE;
  if (list_domain)
    g_ptr_array_add (self->moves, g_strdup_printf ("%s: domain -> domains", aimx_config_store_get_file (self->store)));
  if (n_rekeyed > 0)
    g_ptr_array_add (self->moves, g_strdup_printf ("%s: %u mailbox keys -> their addresses",
                                                   aimx_config_store_get_file (self->store), n_rekeyed));
  return TRUE;
}

static gboolean
move_all (Migration *self, const Signs *signs, GError **error)
{
  if (!step (aimx_relocation_run (&self->folder_moves, self->moves, error), "moving the mail", error))
    return FALSE;
  if (self->keys != NULL &&
      !step (aimx_relocation_run (&self->key_moves, self->moves, error), "moving the keys", error))
    return FALSE;
  return !signs->config || step (aimx_config_change_commit (self->change, error), "rewriting the configuration", error);
}

static void
log_moves (Migration *self)
{
  g_autofree char *lines = NULL;

  g_ptr_array_add (self->moves, NULL);
  lines = g_strjoinv ("; ", (char **) self->moves->pdata);
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "migrated to the layout for several domains: %s", lines);
}

static gboolean
migrate_layout (Migration *self, AimxConfig *config, GError **error)
{
  const char *domain = aimx_domain_get_name (aimx_config_get_default_domain (config));
  Signs signs;

  if (!open_keys (self->store, &self->keys, error))
    return FALSE;
  self->folder_moves = aimx_layout_get_relocation (self->root, domain);
  self->key_moves = get_key_relocation (self->keys, domain);
  if (!find_signs (self->root, self->keys, config, &signs, error) ||
      !step (aimx_relocation_check (&self->folder_moves, error), "before moving the mail", error) ||
      (self->keys != NULL &&
       !step (aimx_relocation_check (&self->key_moves, error), "before moving the keys", error)) ||
      !step (edit_config (self, config->single_domain, error), "before rewriting the configuration", error) ||
      !move_all (self, &signs, error) ||
      !step (aimx_layout_write_marker (self->root, error), "marking the data directory", error))
    return FALSE;
  if (has_signs (&signs))
    log_moves (self);
  return TRUE;
}

/* An earlier release marked the layout without giving mailboxes their keys. */
static gboolean
migrate_keys_of_mailboxes (Migration *self, GError **error)
{
  if (!step (edit_config (self, FALSE, error) && aimx_config_change_commit (self->change, error),
             "rewriting the configuration", error))
    return FALSE;
  log_moves (self);
  return TRUE;
}

static gboolean
migrate_locked (Migration *self, AimxLockGuard *guard, gboolean is_marked, GError **error)
{
  g_autoptr (AimxConfig) config = NULL;

  self->change = aimx_config_store_begin (self->store, guard, error);
  /* What the file says now counts: another process may have migrated it since it was loaded. */
  config = self->change != NULL ? aimx_config_change_validate (self->change, error) : NULL;
  if (config == NULL)
    return FALSE;
  if (!is_marked)
    return migrate_layout (self, config, error);
  return !config->bare_keys || migrate_keys_of_mailboxes (self, error);
}

static gboolean
migrate (Migration *self, AimxLockManager *locks, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (self->store);
  g_autoptr (AimxLockGuard) guard = NULL;
  gboolean is_marked;

  if (!aimx_layout_read_marker (self->root, &is_marked, error))
    return FALSE;
  if (is_marked && !config->bare_keys)
    return TRUE;
  guard = aimx_lock_manager_acquire (locks, NULL, AIMX_LOCK_CONFIG, NULL, NULL, error);
  return guard != NULL && migrate_locked (self, guard, is_marked, error);
}

gboolean
aimx_migrate (AimxMailStore *store, AimxConfigStore *config, AimxLockManager *locks, GError **error)
{
  g_autoptr (GPtrArray) moves = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) why = NULL;
  Migration self = { .root = aimx_mail_store_get_root (store), .store = config, .moves = moves };
  gboolean done = migrate (&self, locks, &why);

  g_clear_object (&self.change);
  g_clear_pointer (&self.keys, aimx_directory_unref);
  if (!done)
    g_propagate_prefixed_error (error, g_steal_pointer (&why), "upgrade migration failed: ");
  return done;
}

/* ---- for whoever only reads ---- */

gboolean
aimx_migration_check (AimxMailStore *store, AimxConfigStore *config, GError **error)
{
  AimxDirectory *root = aimx_mail_store_get_root (store);
  g_autoptr (AimxConfig) snapshot = aimx_config_store_get (config);
  g_autoptr (AimxDirectory) keys = NULL;
  gboolean is_marked;
  Signs signs;

  if (root == NULL)
    return TRUE;
  /* Who reads mail need not be able to look at the keys. */
  open_keys (config, &keys, NULL);
  if (!aimx_layout_read_marker (root, &is_marked, error) ||
      (!is_marked && !find_signs (root, keys, snapshot, &signs, error)))
    return FALSE;
  if (is_marked || !has_signs (&signs))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "%s still has the layout for a single domain; start `aimx serve` once, which brings it up to date",
               aimx_directory_get_path (root));
  return FALSE;
}
