/* SPDX-License-Identifier: MIT */
/*
 * MAILBOX-CREATE: first the directories, then the configuration, so that no reader ever sees a mailbox without its
 * directories. A failure takes back the directories that this call made.
 */
#include "verbs.h"

#include <aimx/aimx.h>

#include <string.h>

typedef struct
{
  AimxServer *server;
  AimxRequest *request;
  char *fqdn;
  char *owner;
} Creation;

static void
creation_clear (Creation *self)
{
  g_free (self->fqdn);
  g_free (self->owner);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Creation, creation_clear)

/* ---- what is asked for ---- */

static gboolean
check_domain (AimxConfig *config, const char *fqdn, GError **error)
{
  const char *domain = strrchr (fqdn, '@') + 1;

  if (aimx_config_get_domain (config, domain) != NULL)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN, "domain '%s' is not configured; add it first", domain);
  return FALSE;
}

static gboolean
read_name (Creation *self, GError **error)
{
  const char *name = aimx_request_get_header (self->request, "Name");
  AimxConfig *config = aimx_request_get_config (self->request);
  const char *at = strrchr (name, '@');
  g_autofree char *local = g_strndup (name, at != NULL ? (gsize) (at - name) : strlen (name));

  if (!aimx_name_check_new_mailbox (local, error))
    return FALSE;
  self->fqdn = aimx_config_resolve_name (config, name);
  return check_domain (config, self->fqdn, error);
}

/* For root who the request says, for everybody else themselves, whatever the request says. */
static gboolean
read_owner (Creation *self, GError **error)
{
  AimxCaller *caller = aimx_request_get_caller (self->request);
  const char *named = aimx_request_get_header (self->request, "Owner");

  if (!aimx_caller_is_root (caller))
    {
      self->owner = aimx_accounts_get_name (aimx_server_get_accounts (self->server), aimx_caller_get_uid (caller));
      if (self->owner == NULL)
        g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "your user id %u has no user name; a mailbox needs one",
                     aimx_caller_get_uid (caller));
      return self->owner != NULL;
    }
  if (named == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "the owner is missing; name the user in header Owner");
      return FALSE;
    }
  if (!aimx_name_check_user (named, error))
    return FALSE;
  if (strcmp (named, "root") == 0)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "root cannot own a mailbox; name another user");
      return FALSE;
    }
  self->owner = g_strdup (named);
  return TRUE;
}

/* ---- under the locks ---- */

static gboolean
has_mailbox (Creation *self, AimxConfig *config)
{
  const AimxMailbox *taken = aimx_config_resolve_recipient (config, self->fqdn, NULL);

  return taken != NULL && !aimx_mailbox_is_catchall (taken);
}

static gboolean
check_free (Creation *self, AimxConfig *config, AimxConfigChange *change, GError **error)
{
  g_autoptr (AimxConfig) file = NULL;

  if (!has_mailbox (self, config))
    return TRUE;
  file = aimx_config_change_validate (change, NULL);
  if (file == NULL || has_mailbox (self, file))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_MAILBOX, "mailbox '%s' exists already", self->fqdn);
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_MAILBOX,
                 "mailbox '%s' exists already, though the configuration file has lost it; run `aimx reload` first",
                 self->fqdn);
  return FALSE;
}

static gboolean
find_account (Creation *self, guint *uid, guint *gid, GError **error)
{
  AimxAccounts *accounts = aimx_server_get_accounts (self->server);
  AimxAccountState state = aimx_accounts_lookup (accounts, self->owner, uid, gid);

  /* Perhaps it was made just now, because of an answer like the one below. */
  if (state == AIMX_ACCOUNT_MISSING)
    {
      aimx_accounts_forget (accounts);
      state = aimx_accounts_lookup (accounts, self->owner, uid, gid);
    }
  if (state == AIMX_ACCOUNT_EXISTS)
    return TRUE;
  if (state == AIMX_ACCOUNT_MISSING)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "there is no user '%s'; create that account first",
                 self->owner);
  else
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "the user '%s' cannot be looked up now; try again",
                 self->owner);
  return FALSE;
}

static gboolean
make (Creation *self, AimxLockGuard *guard, AimxConfigChange *change, guint uid, guint gid, GError **error)
{
  AimxMailStore *mail = aimx_server_get_mail_store (self->server);
  guint created;

  if (!aimx_config_change_add_mailbox (change, self->fqdn, self->owner, error) ||
      !aimx_mail_store_create_mailbox (mail, guard, self->fqdn, uid, gid, &created, error))
    return FALSE;
  if (aimx_config_change_commit (change, error))
    return TRUE;
  aimx_mail_store_undo_create (mail, guard, self->fqdn, created);
  return FALSE;
}

static gboolean
create (Creation *self, GError **error)
{
  g_autoptr (AimxLockGuard) guard = aimx_server_lock_mailbox (self->server, self->fqdn, error);
  g_autoptr (AimxConfigChange) change = guard != NULL ? aimx_server_begin_change (self->server, guard, error) : NULL;
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->server));
  guint uid, gid;

  return change != NULL && check_domain (config, self->fqdn, error) && check_free (self, config, change, error) &&
         find_account (self, &uid, &gid, error) && make (self, guard, change, uid, gid, error);
}

static void
announce (Creation *self)
{
  GVariantBuilder details;

  aimx_log (G_LOG_LEVEL_INFO, AIMX_LOG_MAILBOX, self->fqdn, "MESSAGE", "mailbox %s created for %s", self->fqdn,
            self->owner);
  g_variant_builder_init (&details, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&details, "{sv}", "mailbox", g_variant_new_string (self->fqdn));
  g_variant_builder_add (&details, "{sv}", "owner", g_variant_new_string (self->owner));
  aimx_event_bus_emit (aimx_server_get_event_bus (self->server), AIMX_EVENT_MAILBOX_ADDED,
                       g_variant_builder_end (&details));
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_auto (Creation) self = { .server = aimx_request_get_server (request), .request = request };

  if (!read_name (&self, error) || !read_owner (&self, error) ||
      !aimx_server_authorize_owner (self.server, aimx_request_get_caller (request), aimx_request_get_verb (request),
                                    self.fqdn, self.owner, error) ||
      !create (&self, error))
    return NULL;
  announce (&self);
  return aimx_response_new_ack ();
}

static const AimxHeaderSpec headers[] = {
  { "Name", AIMX_HEADER_MAILBOX, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL,
    "address, or local part in the default domain" },
  { "Owner", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "user who will own it; only root may name another" },
  { "Force", AIMX_HEADER_BOOLEAN, AIMX_HEADER_REFUSED, "there is nothing to force in a creation" },
  { NULL },
};

const AimxVerbSpec mailbox_create_verb = {
  .name = "MAILBOX-CREATE",
  .summary = "make a mailbox",
  .headers = headers,
  .action = AIMX_ACTION_MAILBOX_CREATE,
  .result = AIMX_RESULT_ACK,
  .handler = handle,
};
