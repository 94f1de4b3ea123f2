/* SPDX-License-Identifier: MIT */
/*
 * The Authentication-Results field (RFC 8601, 2.2). Where a value is not plain it is quoted (RFC 5322, 3.2.4), without
 * control characters and cut, so that strangers can write what they like into it.
 */
#include "findings.h"

#include <string.h>

#define VALUE_MAX 320

/* ---- values ---- */

/* token (RFC 2045, 5.1) */
static gboolean
is_token_char (char c)
{
  return g_ascii_isgraph (c) && strchr ("()<>@,;:\\\"/[]?=", c) == NULL;
}

/* Local part and domain of plain words (RFC 5322, 3.2.3). */
static gboolean
is_plain_address (const char *value)
{
  const char *at = strchr (value, '@');

  if (at == NULL || at == value || at[1] == '\0' || at[-1] == '.' || *value == '.')
    return FALSE;
  for (const char *c = value; c < at; c++)
    if (!g_ascii_isalnum (*c) && (strchr ("!#$%&'*+-/=?^_`{|}~.", *c) == NULL || (*c == '.' && c[1] == '.')))
      return FALSE;
  for (const char *c = at + 1; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '-' && (*c != '.' || c[1] == '.' || c[1] == '\0' || c == at + 1))
      return FALSE;
  return TRUE;
}

static gboolean
is_token (const char *value)
{
  for (const char *c = value; *c != '\0'; c++)
    if (!is_token_char (*c))
      return FALSE;
  return *value != '\0';
}

static void
append_quoted (GString *text, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  gsize start = text->len;

  g_string_append_c (text, '"');
  for (const char *at = valid; *at != '\0' && text->len - start < VALUE_MAX; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '"' || c == '\\')
        g_string_append_c (text, '\\');
      g_string_append_unichar (text, g_unichar_isprint (c) ? c : '?');
    }
  g_string_append_c (text, '"');
}

static void
append_value (GString *text, const char *value)
{
  if (strlen (value) <= VALUE_MAX && (is_token (value) || is_plain_address (value)))
    g_string_append (text, value);
  else
    append_quoted (text, value);
}

/* ---- results ---- */

static void
append_result (GString *text, const char *method, const char *result, const char *reason)
{
  g_string_append_printf (text, "; %s=%s", method, result);
  if (reason == NULL)
    return;
  g_string_append (text, " reason=");
  append_quoted (text, reason);
}

/* @value: (nullable): without one there is no property */
static void
append_property (GString *text, const char *property, const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  g_string_append_printf (text, " %s=", property);
  append_value (text, value);
}

static void
append_spf (GString *text, const Findings *findings)
{
  append_result (text, "spf", spf_result_get_word (findings->spf_result),
                 findings->spf != NULL ? spf_check_get_reason (findings->spf) : NULL);
  if (findings->mail_from != NULL)
    append_property (text, "smtp.mailfrom", findings->mail_from);
  else
    append_property (text, "smtp.helo", findings->helo);
}

static void
append_signature (GString *text, const AimxSignature *signature)
{
  const char *reason = signature->reason;

  if (reason == NULL && signature->testing)
    reason = "the key is in testing and proves nothing";
  append_result (text, "dkim", findings_get_signature_result (signature), reason);
  append_property (text, "header.d", signature->domain);
  append_property (text, "header.s", signature->selector);
  append_property (text, "header.a", signature->algorithm);
}

static void
append_signatures (GString *text, const Findings *findings)
{
  guint n = 0;

  for (guint i = 0; findings->signatures != NULL && i < findings->signatures->len; i++)
    {
      const AimxSignature *signature = findings->signatures->pdata[i];

      if (signature->kind != AIMX_SIGNATURE_DKIM)
        continue;
      append_signature (text, signature);
      n++;
    }
  if (n == 0)
    append_result (text, "dkim", "none", findings->signatures == NULL ? "nothing here checks signatures" : NULL);
}

char *
verdicts_format_field (const Verdicts *self)
{
  const Findings *findings = self->findings;
  g_autoptr (GString) text = g_string_new (NULL);

  append_value (text, findings->authserv_id);
  append_spf (text, findings);
  append_signatures (text, findings);
  append_result (text, "dmarc", self->dmarc.result, self->dmarc.reason);
  if (findings->authors->domains->len == 1)
    append_property (text, "header.from", findings->authors->domains->pdata[0]);
  append_result (text, "arc", self->arc->result, self->arc->reason);
  if (findings->iprev != NULL)
    {
      append_result (text, "iprev", iprev_get_result (findings->iprev), NULL);
      append_property (text, "policy.iprev", iprev_get_address (findings->iprev));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
