/* SPDX-License-Identifier: MIT */
/*
 * DOMAIN-REMOVE: every mailbox of the domain is locked, then the configuration; what was decided before is decided
 * again; the configuration without it is written beside the one in use; then the mail goes, then its directories, then
 * the domain from the file, the keys in use and the snapshot. Until the last of these everybody sees the domain, and
 * the same request completes what a failure has left.
 */
#include "name.h"
#include "verbs.h"

#include <aimx/aimx.h>

/* A domain with a thousand mailboxes and their mail takes minutes on a slow disk. */
#define DEADLINE_SECONDS 600

#ifdef AIMX_TEST_SEAMS
void (*domain_remove_hook) (void);
#endif

typedef struct
{
  AimxServer *server;
  AimxSigner *signer;
  const char *domain;
  gboolean force;
  GStrv mailboxes; /* FQDNs, sorted; as they were before the locks */
  gboolean tree_removed;
} Removal;

/* ---- what is there ---- */

static GStrv
list_mailboxes (AimxConfig *config, const char *domain)
{
  GPtrArray *mailboxes = aimx_domain_get_mailboxes (aimx_config_get_domain (config, domain));
  GStrv names = g_new0 (char *, mailboxes->len + 1);

  for (guint i = 0; i < mailboxes->len; i++)
    names[i] = g_strdup (aimx_mailbox_get_name (mailboxes->pdata[i]));
  return names;
}

static gboolean
check_removable (AimxConfig *config, const char *domain, GError **error)
{
  if (!domain_name_check_configured (config, domain, error))
    return FALSE;
  if (aimx_config_get_domains (config)->len > 1)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN,
               "'%s' is the last configured domain; `aimx uninstall` removes all of AIMX", domain);
  return FALSE;
}

static gboolean
check_same (const Removal *self, AimxConfig *config, GError **error)
{
  g_auto (GStrv) names = NULL;

  if (!check_removable (config, self->domain, error))
    return FALSE;
  names = list_mailboxes (config, self->domain);
  if (g_strv_equal ((const char *const *) names, (const char *const *) self->mailboxes))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "the mailboxes of '%s' have changed meanwhile; nothing was removed, look at them and run it again",
               self->domain);
  return FALSE;
}

/* A mailbox that somebody has written into the file and nobody has loaded must not go unseen. A file without the domain
 * is what an earlier run may have left. */
static gboolean
check_file (const Removal *self, AimxConfigChange *change, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_change_validate (change, error);

  return config != NULL && (aimx_config_get_domain (config, self->domain) == NULL || check_same (self, config, error));
}

static gboolean
is_default (const Removal *self, AimxConfig *config)
{
  return g_str_equal (aimx_domain_get_name (aimx_config_get_default_domain (config)), self->domain);
}

/* ---- under the locks ---- */

static gboolean
edit (const Removal *self, AimxConfigChange *change, GError **error)
{
  return check_file (self, change, error) && aimx_config_change_remove_domain (change, self->domain, error) &&
         aimx_config_change_prepare (change, error);
}

static gboolean
remove_mail (Removal *self, AimxLockGuard *guard, AimxConfigChange *change, GError **error)
{
  AimxMailStore *mail = aimx_server_get_mail_store (self->server);

  for (guint i = 0; self->mailboxes[i] != NULL; i++)
    {
      if (!aimx_mail_store_wipe_mailbox (mail, guard, self->mailboxes[i], error))
        return FALSE;
      aimx_mail_store_remove_mailbox_dirs (mail, guard, self->mailboxes[i]);
    }
  return aimx_mail_store_remove_domain (mail, change, self->domain, &self->tree_removed, error);
}

static void
announce (const Removal *self, AimxConfig *config)
{
  for (guint i = 0; self->mailboxes[i] != NULL; i++)
    {
      const AimxMailbox *mailbox = aimx_config_get_mailbox (config, self->mailboxes[i]);
      GVariantDict details;

      g_variant_dict_init (&details, NULL);
      g_variant_dict_insert (&details, "mailbox", "s", self->mailboxes[i]);
      g_variant_dict_insert (&details, "owner", "s", aimx_mailbox_get_owner (mailbox));
      aimx_event_bus_emit (aimx_server_get_event_bus (self->server), AIMX_EVENT_MAILBOX_REMOVED,
                           g_variant_dict_end (&details));
    }
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "domain %s removed with %u mailboxes; its keys stay", self->domain,
            g_strv_length (self->mailboxes));
  domain_announce (self->server, AIMX_EVENT_DOMAIN_REMOVED, self->domain);
}

static gboolean
remove_locked (Removal *self, AimxLockGuard *guard, GError **error)
{
  g_autoptr (AimxConfigChange) change = NULL;
  g_autoptr (AimxConfig) config = NULL;

#ifdef AIMX_TEST_SEAMS
  if (domain_remove_hook != NULL)
    domain_remove_hook ();
#endif
  change = aimx_server_begin_change (self->server, guard, error);
  config = aimx_config_store_get (aimx_server_get_config_store (self->server));
  if (change == NULL || !check_same (self, config, error) || !edit (self, change, error) ||
      (is_default (self, config) && !aimx_signer_adopt (self->signer, change, self->domain, error)) ||
      !remove_mail (self, guard, change, error) || !aimx_signer_release (self->signer, change, self->domain, error) ||
      !aimx_config_change_commit (change, error))
    return FALSE;
  announce (self, config);
  return TRUE;
}

static gboolean
remove_domain (Removal *self, GError **error)
{
  AimxMailStore *mail = aimx_server_get_mail_store (self->server);
  g_autoptr (AimxLockGuard) guard = NULL;
  gboolean removed;

  if (!aimx_mail_store_begin_removal (mail, self->domain))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "'%s' is being removed already", self->domain);
      return FALSE;
    }
  if (self->mailboxes[0] != NULL)
    guard = aimx_server_lock_mailboxes (self->server, (const char *const *) self->mailboxes, error);
  removed = (guard != NULL || self->mailboxes[0] == NULL) && remove_locked (self, guard, error);
  aimx_mail_store_end_removal (mail, self->domain);
  return removed;
}

/* ---- the answer ---- */

static void
add_names (JsonBuilder *builder, const char *key, const char *const *names)
{
  json_builder_set_member_name (builder, key);
  json_builder_begin_array (builder);
  for (; names != NULL && *names != NULL; names++)
    json_builder_add_string_value (builder, *names);
  json_builder_end_array (builder);
}

static AimxResponse *
answer (const Removal *self, gboolean blocked)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *dkim_dir = aimx_signer_get_directory (self->signer, self->domain);
  const char *const *mailboxes = (const char *const *) self->mailboxes;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "outcome");
  json_builder_add_string_value (builder, blocked ? "blocked_by_mailboxes" : "removed");
  add_names (builder, "blocking_mailboxes", blocked ? mailboxes : NULL);
  add_names (builder, "cascaded_mailboxes", blocked ? NULL : mailboxes);
  json_builder_set_member_name (builder, "storage_tree_removed");
  json_builder_add_boolean_value (builder, self->tree_removed);
  json_builder_set_member_name (builder, "dkim_dir");
  json_builder_add_string_value (builder, dkim_dir);
  json_builder_end_object (builder);
  return aimx_response_new_json (json_builder_get_root (builder));
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  g_autofree char *domain = domain_name_read (request, error);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));
  g_auto (GStrv) mailboxes = NULL;
  Removal self = {
    .server = server, .signer = user_data, .domain = domain, .force = aimx_request_get_boolean (request, "Force", FALSE)
  };

  if (domain == NULL || !check_removable (config, domain, error))
    return NULL;
  self.mailboxes = mailboxes = list_mailboxes (config, domain);
  if (mailboxes[0] != NULL && !self.force)
    return answer (&self, TRUE);
  return remove_domain (&self, error) ? answer (&self, FALSE) : NULL;
}

static const AimxHeaderSpec headers[] = {
  { "Domain", AIMX_HEADER_DOMAIN, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL, "one of the domains configured" },
  { "Force", AIMX_HEADER_BOOLEAN, AIMX_HEADER_REQUIRED, "with its mailboxes and all their mail, when there are any" },
  { NULL },
};

const AimxVerbSpec domain_remove_verb = {
  .name = "DOMAIN-REMOVE",
  .summary = "take no more mail for a domain; its keys stay",
  .headers = headers,
  .action = AIMX_ACTION_SYSTEM,
  .flags = AIMX_VERB_DESTRUCTIVE,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"outcome\":\"string\",\"blocking_mailboxes\":\"array\",\"cascaded_mailboxes\":\"array\","
                   "\"storage_tree_removed\":\"boolean\",\"dkim_dir\":\"string\"}",
  .deadline_seconds = DEADLINE_SECONDS,
  .handler = handle,
};
