/* SPDX-License-Identifier: MIT */
/* MARK-READ and MARK-UNREAD. */
#include "verbs.h"

#include <aimx/aimx.h>

/* The mailbox as it is under the lock, when it is there and still the caller's. */
static const AimxMailbox *
find_mailbox (AimxRequest *request, AimxConfig *config, const char *fqdn, GError **error)
{
  const AimxMailbox *mailbox = aimx_config_get_mailbox (config, fqdn);

  if (mailbox == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY, "mailbox '%s' does not exist",
                   aimx_request_get_header (request, "Mailbox"));
      return NULL;
    }
  if (!aimx_server_owns (aimx_request_get_server (request), aimx_request_get_caller (request), mailbox) &&
      !aimx_server_authorize (aimx_request_get_server (request), aimx_request_get_caller (request),
                              AIMX_ACTION_MAILBOX_OWNER, aimx_request_get_verb (request), mailbox, error))
    return NULL;
  return mailbox;
}

static void
announce (AimxServer *server, const char *fqdn, const char *id, gboolean read)
{
  GVariantBuilder details;

  g_variant_builder_init (&details, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&details, "{sv}", "mailbox", g_variant_new_string (fqdn));
  g_variant_builder_add (&details, "{sv}", "id", g_variant_new_string (id));
  g_variant_builder_add (&details, "{sv}", "read", g_variant_new_boolean (read));
  aimx_event_bus_emit (aimx_server_get_event_bus (server), AIMX_EVENT_MESSAGE_MARKED, g_variant_builder_end (&details));
}

static AimxResponse *
mark (AimxRequest *request, gboolean read, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  const char *fqdn = aimx_mailbox_get_name (aimx_request_get_mailbox (request));
  const char *id = aimx_request_get_header (request, "Id");
  g_autoptr (AimxLockGuard) guard = aimx_server_lock_mailbox (server, fqdn, error);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));
  const AimxMailbox *mailbox = guard != NULL ? find_mailbox (request, config, fqdn, error) : NULL;

  if (mailbox == NULL || !aimx_mail_store_mark (aimx_server_get_mail_store (server), guard, mailbox, id, read, error))
    return NULL;
  announce (server, fqdn, id, read);
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_read (AimxRequest *request, gpointer user_data, GError **error)
{
  return mark (request, TRUE, error);
}

static AimxResponse *
handle_unread (AimxRequest *request, gpointer user_data, GError **error)
{
  return mark (request, FALSE, error);
}

static const AimxHeaderSpec headers[] = {
  { "Mailbox", AIMX_HEADER_MAILBOX, AIMX_HEADER_REQUIRED, "address, or local part in the default domain" },
  { "Id", AIMX_HEADER_STRING, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL,
    "id of the message: its file's name without .md" },
  { "Folder", AIMX_HEADER_STRING, AIMX_HEADER_REFUSED, "only messages in the inbox are marked" },
  { NULL },
};

const AimxVerbSpec message_mark_read_verb = {
  .name = "MARK-READ",
  .summary = "mark a message in the inbox as read",
  .headers = headers,
  .action = AIMX_ACTION_MAILBOX_OWNER,
  .missing = AIMX_ERROR_NO_ENTRY,
  .result = AIMX_RESULT_ACK,
  .handler = handle_read,
};

const AimxVerbSpec message_mark_unread_verb = {
  .name = "MARK-UNREAD",
  .summary = "mark a message in the inbox as unread",
  .headers = headers,
  .action = AIMX_ACTION_MAILBOX_OWNER,
  .missing = AIMX_ERROR_NO_ENTRY,
  .result = AIMX_RESULT_ACK,
  .handler = handle_unread,
};
