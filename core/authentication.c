/* SPDX-License-Identifier: MIT */
/*
 * AimxAuthentication: a value that the verifier fills and others read.
 */
#include <aimx/authentication.h>

struct _AimxAuthentication
{
  GObject parent;
  const char *results[AIMX_N_METHODS]; /* static strings */
  char *author;
  gboolean author_proven;
  AimxDisposition disposition;
  char *field;
  JsonNode *details;
};

G_DEFINE_TYPE (AimxAuthentication, aimx_authentication, G_TYPE_OBJECT)

static void
aimx_authentication_finalize (GObject *object)
{
  AimxAuthentication *self = AIMX_AUTHENTICATION (object);

  g_free (self->author);
  g_free (self->field);
  g_clear_pointer (&self->details, json_node_unref);
  G_OBJECT_CLASS (aimx_authentication_parent_class)->finalize (object);
}

static void
aimx_authentication_class_init (AimxAuthenticationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_authentication_finalize;
}

static void
aimx_authentication_init (AimxAuthentication *self)
{
  for (guint i = 0; i < AIMX_N_METHODS; i++)
    self->results[i] = "none";
}

AimxAuthentication *
aimx_authentication_new (void)
{
  return g_object_new (AIMX_TYPE_AUTHENTICATION, NULL);
}

void
aimx_authentication_set_result (AimxAuthentication *self, AimxAuthenticationMethod method, const char *result)
{
  g_return_if_fail (AIMX_IS_AUTHENTICATION (self));
  g_return_if_fail (method < AIMX_N_METHODS);
  g_return_if_fail (result != NULL);

  self->results[method] = result;
}

const char *
aimx_authentication_get_result (AimxAuthentication *self, AimxAuthenticationMethod method)
{
  g_return_val_if_fail (AIMX_IS_AUTHENTICATION (self), "none");
  g_return_val_if_fail (method < AIMX_N_METHODS, "none");

  return self->results[method];
}

const char *
aimx_authentication_get_shown (AimxAuthentication *self, AimxAuthenticationMethod method)
{
  static const char *const kept[AIMX_N_METHODS][5] = {
    [AIMX_METHOD_SPF] = { "pass", "fail", "softfail", "neutral" },
    [AIMX_METHOD_DKIM] = { "pass" },
    [AIMX_METHOD_DMARC] = { "pass", "fail" },
    [AIMX_METHOD_ARC] = { "pass", "fail" },
    [AIMX_METHOD_IPREV] = { "pass", "fail" },
  };
  const char *result = aimx_authentication_get_result (self, method);

  if (g_strv_contains (kept[method], result))
    return result;
  return method == AIMX_METHOD_DKIM && !g_str_equal (result, "none") ? "fail" : "none";
}

void
aimx_authentication_set_author (AimxAuthentication *self, const char *address)
{
  g_return_if_fail (AIMX_IS_AUTHENTICATION (self));

  g_free (self->author);
  self->author = address != NULL ? g_utf8_strdown (address, -1) : NULL;
}

const char *
aimx_authentication_get_author (AimxAuthentication *self)
{
  g_return_val_if_fail (AIMX_IS_AUTHENTICATION (self), NULL);

  return self->author;
}

void
aimx_authentication_set_author_proven (AimxAuthentication *self, gboolean proven)
{
  g_return_if_fail (AIMX_IS_AUTHENTICATION (self));

  self->author_proven = proven;
}

gboolean
aimx_authentication_is_author_proven (AimxAuthentication *self)
{
  g_return_val_if_fail (AIMX_IS_AUTHENTICATION (self), FALSE);

  return self->author_proven;
}

void
aimx_authentication_set_disposition (AimxAuthentication *self, AimxDisposition disposition)
{
  g_return_if_fail (AIMX_IS_AUTHENTICATION (self));

  self->disposition = disposition;
}

AimxDisposition
aimx_authentication_get_disposition (AimxAuthentication *self)
{
  g_return_val_if_fail (AIMX_IS_AUTHENTICATION (self), AIMX_DISPOSITION_NONE);

  return self->disposition;
}

void
aimx_authentication_set_field (AimxAuthentication *self, const char *value)
{
  g_return_if_fail (AIMX_IS_AUTHENTICATION (self));

  g_free (self->field);
  self->field = g_strdup (value);
}

const char *
aimx_authentication_get_field (AimxAuthentication *self)
{
  g_return_val_if_fail (AIMX_IS_AUTHENTICATION (self), NULL);

  return self->field;
}

void
aimx_authentication_take_details (AimxAuthentication *self, JsonNode *details)
{
  g_return_if_fail (AIMX_IS_AUTHENTICATION (self));

  g_clear_pointer (&self->details, json_node_unref);
  json_node_seal (details);
  self->details = details;
}

JsonNode *
aimx_authentication_get_details (AimxAuthentication *self)
{
  g_return_val_if_fail (AIMX_IS_AUTHENTICATION (self), NULL);

  return self->details;
}

/* ---- trust ---- */

static gboolean
is_proven (AimxAuthentication *authentication, const char *author)
{
  g_autofree char *lower = NULL;

  if (authentication == NULL || author == NULL || !authentication->author_proven)
    return FALSE;
  lower = g_utf8_strdown (author, -1);
  return g_strcmp0 (lower, authentication->author) == 0;
}

const char *
aimx_mailbox_decide_trust (const AimxMailbox *mailbox, AimxAuthentication *authentication, const char *author)
{
  g_return_val_if_fail (mailbox != NULL, "false");
  g_return_val_if_fail (authentication == NULL || AIMX_IS_AUTHENTICATION (authentication), "false");

  if (aimx_mailbox_get_trust (mailbox, NULL) == AIMX_TRUST_NONE)
    return "none";
  return is_proven (authentication, author) && aimx_mailbox_trusts_sender (mailbox, author) ? "true" : "false";
}
