/* SPDX-License-Identifier: MIT */
/*
 * MAILBOX-DELETE: the mail goes first, when the configuration turned out to be writable, then the configuration, then
 * the directories. The mailbox is locked throughout, the configuration only for the edit: emptying can take long. Until
 * the configuration is committed the mailbox is there, so that the same request completes after a failure.
 */
#include "verbs.h"

#include <aimx/aimx.h>

/* Emptying a mailbox of a million messages takes minutes on a slow disk. */
#define DEADLINE_SECONDS 600

typedef struct
{
  AimxServer *server;
  AimxRequest *request;
  const char *name; /* as sent */
  char *fqdn;
  gboolean force;
} Deletion;

static gboolean
set_missing (const Deletion *self, GError **error)
{
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_MAILBOX, "mailbox '%s' does not exist", self->name);
  return FALSE;
}

/* The mailbox in @config, when it is there and the caller's; else the one answer for both. */
static const AimxMailbox *
find_mailbox (const Deletion *self, AimxConfig *config, GError **error)
{
  const AimxMailbox *mailbox = aimx_config_get_mailbox (config, self->fqdn);

  if (mailbox != NULL && aimx_server_owns (self->server, aimx_request_get_caller (self->request), mailbox))
    return mailbox;
  set_missing (self, error);
  return NULL;
}

static gboolean
check_empty (const Deletion *self, GError **error)
{
  AimxMailCounts counts;

  if (self->force)
    return TRUE;
  if (!aimx_mail_store_count (aimx_server_get_mail_store (self->server), self->fqdn, &counts, error))
    return FALSE;
  if (counts.inbox_entries == 0 && counts.sent_entries == 0)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_EMPTY,
               "mailbox '%s' is not empty: inbox has %" G_GUINT64_FORMAT " and sent has %" G_GUINT64_FORMAT
               " entries; delete it with force to lose them",
               self->fqdn, counts.inbox_entries, counts.sent_entries);
  return FALSE;
}

/* A mailbox that somebody has given away in the file, which nobody has loaded, is no longer the one that is to go. One
 * that is not in the file at all is what an earlier run or a hand may have left. */
static gboolean
check_file (const Deletion *self, const AimxMailbox *mailbox, AimxConfigChange *change, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_change_validate (change, error);
  const AimxMailbox *now = config != NULL ? aimx_config_get_mailbox (config, self->fqdn) : NULL;

  if (config == NULL)
    return FALSE;
  if (now == NULL || g_str_equal (aimx_mailbox_get_owner (now), aimx_mailbox_get_owner (mailbox)))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "mailbox '%s' has another owner in the configuration file by now; run `aimx reload`", self->fqdn);
  return FALSE;
}

/* Begins a change, and takes the mailbox out. */
static AimxConfigChange *
edit (const Deletion *self, const AimxMailbox *mailbox, AimxLockGuard *guard, GError **error)
{
  g_autoptr (AimxConfigChange) change = aimx_server_begin_change (self->server, guard, error);

  if (change == NULL || !check_file (self, mailbox, change, error) ||
      !aimx_config_change_remove_mailbox (change, self->fqdn, error))
    return NULL;
  return g_steal_pointer (&change);
}

/* So that nothing is emptied when the configuration could not be written anyhow: all is done but for the rename. */
static gboolean
rehearse (const Deletion *self, const AimxMailbox *mailbox, AimxLockGuard *guard, GError **error)
{
  g_autoptr (AimxConfigChange) change = edit (self, mailbox, guard, error);

  return change != NULL && aimx_config_change_prepare (change, error);
}

static gboolean
drop (const Deletion *self, const AimxMailbox *mailbox, AimxLockGuard *guard, GError **error)
{
  g_autoptr (AimxConfigChange) change = edit (self, mailbox, guard, error);

  return change != NULL && aimx_config_change_commit (change, error);
}

static void
announce (const Deletion *self, const AimxMailbox *mailbox)
{
  GVariantBuilder details;

  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_MAILBOX, self->fqdn, "MESSAGE", "mailbox %s of %s deleted%s", self->fqdn,
            aimx_mailbox_get_owner (mailbox), self->force ? " with all its mail" : "");
  g_variant_builder_init (&details, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&details, "{sv}", "mailbox", g_variant_new_string (self->fqdn));
  g_variant_builder_add (&details, "{sv}", "owner", g_variant_new_string (aimx_mailbox_get_owner (mailbox)));
  aimx_event_bus_emit (aimx_server_get_event_bus (self->server), AIMX_EVENT_MAILBOX_REMOVED,
                       g_variant_builder_end (&details));
}

static gboolean
delete_locked (const Deletion *self, AimxLockGuard *guard, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->server));
  AimxMailStore *mail = aimx_server_get_mail_store (self->server);
  const AimxMailbox *mailbox = find_mailbox (self, config, error);

  if (mailbox == NULL || !check_empty (self, error))
    return FALSE;
  if (self->force &&
      (!rehearse (self, mailbox, guard, error) || !aimx_mail_store_wipe_mailbox (mail, guard, self->fqdn, error)))
    return FALSE;
  if (!drop (self, mailbox, guard, error))
    return FALSE;
  aimx_mail_store_remove_mailbox_dirs (mail, guard, self->fqdn);
  announce (self, mailbox);
  return TRUE;
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  const AimxMailbox *mailbox = aimx_request_get_mailbox (request);
  g_autofree char *fqdn = g_strdup (aimx_mailbox_get_name (mailbox));
  const Deletion self = { .server = aimx_request_get_server (request),
                          .request = request,
                          .name = aimx_request_get_header (request, "Name"),
                          .fqdn = fqdn,
                          .force = aimx_request_get_boolean (request, "Force", FALSE) };
  g_autoptr (AimxLockGuard) guard = NULL;

  if (aimx_mailbox_is_catchall (mailbox))
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_MAILBOX,
                   "'%s' is the catchall of its domain and cannot be deleted; take it out of the configuration by hand",
                   fqdn);
      return NULL;
    }
  /* Counting a full mailbox takes long: before the lock, where it holds nobody up, and again under it. */
  if (!check_empty (&self, error))
    return NULL;
  guard = aimx_server_lock_mailbox (self.server, fqdn, error);
  return guard != NULL && delete_locked (&self, guard, error) ? aimx_response_new_ack () : NULL;
}

static const AimxHeaderSpec headers[] = {
  { "Name", AIMX_HEADER_MAILBOX, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL,
    "address, or local part in the default domain" },
  { "Force", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL,
    "delete the mail in it, too; without it a mailbox must be empty" },
  { NULL },
};

const AimxVerbSpec mailbox_delete_verb = {
  .name = "MAILBOX-DELETE",
  .summary = "delete a mailbox",
  .headers = headers,
  .action = AIMX_ACTION_MAILBOX_OWNER,
  .flags = AIMX_VERB_DESTRUCTIVE | AIMX_VERB_HIDES,
  .missing = AIMX_ERROR_MAILBOX,
  .result = AIMX_RESULT_ACK,
  .deadline_seconds = DEADLINE_SECONDS,
  .handler = handle,
};
