/* SPDX-License-Identifier: MIT */
/*
 * The configuration as the server uses it: read again on request, and what an operator should look at in it.
 */
#include "server-internal.h"

#include "config/config-private.h"
#include "module-private.h"

#include <aimx/error.h>
#include <aimx/log.h>

#include <inttypes.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

/* ---- owners ---- */

/* Where mail of @owner's mailboxes cannot go as it should, says so; @mailbox is one of them. */
static void
report_owner (AimxServer *self, const char *owner, const char *mailbox)
{
  guint uid = 0;
  AimxAccountState state = aimx_accounts_lookup (aimx_server_get_accounts (self), owner, &uid, NULL);
  gboolean root = geteuid () == 0;

  if (state == AIMX_ACCOUNT_EXISTS && (root || uid == geteuid ()))
    return;
  if (!root)
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MAILBOX, mailbox, "MESSAGE",
              "mail of mailbox %s is stored as this server's own, not as its owner '%s's", mailbox, owner);
  else
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MAILBOX, mailbox, "MESSAGE",
              "owner '%s' of mailbox %s %s: its mail waits at its senders until the account is there", owner, mailbox,
              state == AIMX_ACCOUNT_MISSING ? "has no account" : "could not be looked up");
}

/* ---- what is read at the start alone ---- */

static void
report_data_dir (AimxServer *self, AimxConfig *config)
{
  const char *in_use = aimx_server_get_configured_data_dir (self);
  const char *wanted = aimx_config_get_data_dir (config);

  if (in_use != NULL && strcmp (in_use, wanted) != 0)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
              "data_dir is %s in the configuration by now, but the mail stays in %s until the server is started again",
              wanted, in_use);
}

static void
report_module (AimxModule *module, AimxConfig *config)
{
  const char *name = aimx_module_get_name (module);
  gboolean is_disabled = aimx_config_is_module_disabled (config, name);

  if (is_disabled && aimx_module_get_state (module) == AIMX_MODULE_LOADED)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
              "the configuration disables module '%s' by now, but it runs until the server is started again", name);
  else if (!is_disabled && aimx_module_get_state (module) == AIMX_MODULE_DISABLED)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
              "the configuration no longer disables module '%s', but it is left out until the server is started again",
              name);
}

static gboolean
has_module (GPtrArray *modules, const char *name)
{
  for (guint i = 0; i < modules->len; i++)
    if (g_str_equal (aimx_module_get_name (modules->pdata[i]), name))
      return TRUE;
  return FALSE;
}

static void
report_modules (AimxServer *self, AimxConfig *config)
{
  GPtrArray *modules = aimx_module_loader_get_modules (aimx_server_get_modules (self));

  for (guint i = 0; i < modules->len; i++)
    report_module (modules->pdata[i], config);
  for (char **name = config->disabled_modules; name != NULL && *name != NULL; name++)
    if (!has_module (modules, *name))
      aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE",
                "the configuration disables module '%s', which is not there; `aimx modules` shows all", *name);
}

/* ---- the whole ---- */

void
aimx_server_report_config (AimxServer *self)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self));
  g_autoptr (GHashTable) owners = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *mailboxes = aimx_config_get_mailboxes (config);

  for (const char *const *warning = aimx_config_get_warnings (config); *warning != NULL; warning++)
    aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s", *warning);
  report_data_dir (self, config);
  report_modules (self, config);
  for (guint i = 0; i < mailboxes->len; i++)
    {
      const AimxMailbox *mailbox = mailboxes->pdata[i];

      if (g_hash_table_add (owners, (gpointer) aimx_mailbox_get_owner (mailbox)))
        report_owner (self, aimx_mailbox_get_owner (mailbox), aimx_mailbox_get_name (mailbox));
    }
}

/* ---- reloading ---- */

static gboolean
reload_locked (AimxServer *self, GError **error)
{
  AimxConfigStore *store = aimx_server_get_config_store (self);
  g_autoptr (AimxLockGuard) guard =
      aimx_lock_manager_acquire (aimx_server_get_lock_manager (self), NULL, AIMX_LOCK_CONFIG, NULL, NULL, error);

  if (guard == NULL)
    return FALSE;
  sd_notifyf (0, "RELOADING=1\nMONOTONIC_USEC=%" PRIi64, g_get_monotonic_time ());
  return aimx_config_store_reload (store, guard, error);
}

gboolean
aimx_server_reload (AimxServer *self, GError **error)
{
  g_autoptr (AimxConfig) config = NULL;
  g_autoptr (GError) why = NULL;
  gboolean reloaded = reload_locked (self, &why);

  sd_notify (0, "READY=1");
  if (!reloaded)
    {
      aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "the configuration is not reloaded, the one in use stays: %s",
                why->message);
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  aimx_accounts_forget (aimx_server_get_accounts (self));
  config = aimx_config_store_get (aimx_server_get_config_store (self));
  aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "configuration reloaded: %u domains, %u mailboxes",
            aimx_config_get_domains (config)->len, aimx_config_get_mailboxes (config)->len);
  aimx_server_report_config (self);
  return TRUE;
}
