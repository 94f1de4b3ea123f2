/* SPDX-License-Identifier: MIT */
/*
 * The authorization table. On doubt the answer is no: an account that is missing, or that the name service could not
 * tell about, matches nobody.
 */
#include "authorizer.h"

#include <aimx/error.h>
#include <aimx/log.h>

struct _AimxAuthorizer
{
  AimxAccounts *accounts;
  guint own_uid;
  AimxAuthorizerFlags flags;
};

typedef enum
{
  DECISION_ACCEPT,
  DECISION_ROOT_BYPASS,
  DECISION_REJECT,
  DECISION_UNKNOWN, /* only the name service could tell */
} Decision;

/* aimx_accounts_lookup(), or aimx_accounts_peek() where nothing may block */
typedef AimxAccountState (*FindAccount) (AimxAccounts *accounts, const char *name, guint *uid, guint *gid);

static const struct
{
  const char *name;
  GLogLevelFlags level;
} decisions[] = {
  [DECISION_ACCEPT] = { "accept", G_LOG_LEVEL_DEBUG },
  [DECISION_ROOT_BYPASS] = { "root_bypass", G_LOG_LEVEL_INFO },
  [DECISION_REJECT] = { "reject", G_LOG_LEVEL_WARNING },
};

AimxAuthorizer *
aimx_authorizer_new (AimxAccounts *accounts, guint own_uid, AimxAuthorizerFlags flags)
{
  AimxAuthorizer *self = g_new0 (AimxAuthorizer, 1);

  self->accounts = g_object_ref (accounts);
  self->own_uid = own_uid;
  self->flags = flags;
  return self;
}

void
aimx_authorizer_free (AimxAuthorizer *self)
{
  g_object_unref (self->accounts);
  g_free (self);
}

static Decision
decide_system (AimxAuthorizer *self, AimxCaller *caller, const char **reason)
{
  if (self->own_uid != 0 && aimx_caller_get_uid (caller) == self->own_uid)
    return DECISION_ACCEPT;
  *reason = "not root";
  return DECISION_REJECT;
}

static Decision
decide_owner (AimxAuthorizer *self, AimxCaller *caller, const char *owner, FindAccount find, const char **reason)
{
  guint uid = 0;
  AimxAccountState state = owner != NULL ? find (self->accounts, owner, &uid, NULL) : AIMX_ACCOUNT_MISSING;

  if (state == AIMX_ACCOUNT_UNKNOWN)
    return DECISION_UNKNOWN;
  if (state == AIMX_ACCOUNT_EXISTS && uid == aimx_caller_get_uid (caller))
    return DECISION_ACCEPT;
  if (state == AIMX_ACCOUNT_EXISTS)
    *reason = "not the owner";
  else if (state == AIMX_ACCOUNT_MISSING)
    *reason = "the owner has no account";
  else
    *reason = "the owner's account could not be looked up";
  return DECISION_REJECT;
}

static Decision
decide (AimxAuthorizer *self,
        AimxCaller *caller,
        AimxAction action,
        const char *owner,
        FindAccount find,
        const char **reason)
{
  if (action == AIMX_ACTION_ANYBODY)
    return DECISION_ACCEPT;
  if (aimx_caller_is_root (caller))
    return DECISION_ROOT_BYPASS;
  if (action == AIMX_ACTION_SYSTEM)
    return decide_system (self, caller, reason);
  if (action == AIMX_ACTION_MAILBOX_OWNER && (self->flags & AIMX_AUTHORIZER_KERNEL_DECIDES) != 0)
    return DECISION_ACCEPT;
  return decide_owner (self, caller, owner, find, reason);
}

static void
add_field (GVariantBuilder *fields, const char *name, const char *value)
{
  if (value != NULL)
    g_variant_builder_add (fields, "{sv}", name, g_variant_new_string (value));
}

/* A field that does not apply is left out, not empty. */
static void
log_decision (AimxAuthorizer *self,
              AimxCaller *caller,
              const char *verb,
              const char *mailbox,
              Decision decision,
              const char *reason)
{
  const char *name = decisions[decision].name;
  g_autofree char *user = aimx_accounts_get_name (self->accounts, aimx_caller_get_uid (caller));
  g_autofree char *uid = g_strdup_printf ("%u", aimx_caller_get_uid (caller));
  g_autofree char *message =
      g_strdup_printf ("%s: %s for %s%s%s%s%s", name, verb, user != NULL ? user : uid, mailbox != NULL ? " on " : "",
                       mailbox != NULL ? mailbox : "", reason != NULL ? ": " : "", reason != NULL ? reason : "");
  g_autoptr (GVariant) dictionary = NULL;
  GVariantBuilder fields;

  g_variant_builder_init (&fields, G_VARIANT_TYPE_VARDICT);
  add_field (&fields, "MESSAGE", message);
  add_field (&fields, AIMX_LOG_VERB, verb);
  add_field (&fields, AIMX_LOG_UID, uid);
  add_field (&fields, "AIMX_USER", user);
  add_field (&fields, AIMX_LOG_MAILBOX, mailbox);
  add_field (&fields, "AIMX_DECISION", name);
  add_field (&fields, "AIMX_REASON", reason);
  dictionary = g_variant_ref_sink (g_variant_builder_end (&fields));
  g_log_variant (G_LOG_DOMAIN, decisions[decision].level, dictionary);
}

gboolean
aimx_authorizer_decide (AimxAuthorizer *self,
                        AimxCaller *caller,
                        AimxAction action,
                        const char *verb,
                        const char *mailbox,
                        const char *owner,
                        GError **error)
{
  const char *reason = NULL;
  Decision decision = decide (self, caller, action, owner, aimx_accounts_lookup, &reason);

  log_decision (self, caller, verb, mailbox, decision, reason);
  if (decision != DECISION_REJECT)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_ACCESS, "not authorized");
  return FALSE;
}

gboolean
aimx_authorizer_owns (AimxAuthorizer *self, AimxCaller *caller, const char *owner)
{
  const char *reason = NULL;

  return decide (self, caller, AIMX_ACTION_MAILBOX_OWNER, owner, aimx_accounts_lookup, &reason) != DECISION_REJECT;
}

gboolean
aimx_authorizer_owns_cached (AimxAuthorizer *self, AimxCaller *caller, const char *owner, gboolean *owns)
{
  const char *reason = NULL;
  Decision decision = decide (self, caller, AIMX_ACTION_MAILBOX_OWNER, owner, aimx_accounts_peek, &reason);

  *owns = decision == DECISION_ACCEPT || decision == DECISION_ROOT_BYPASS;
  return decision != DECISION_UNKNOWN;
}

gboolean
aimx_authorizer_administers (AimxAuthorizer *self, AimxCaller *caller)
{
  const char *reason = NULL;

  return decide (self, caller, AIMX_ACTION_SYSTEM, NULL, aimx_accounts_peek, &reason) != DECISION_REJECT;
}
