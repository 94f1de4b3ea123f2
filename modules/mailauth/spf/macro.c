/* SPDX-License-Identifier: MIT */
/*
 * One function reads a macro-expand; checking, looking for `p` and expanding all walk the text with it.
 */
#include "macro.h"

#include <string.h>

#define DOMAIN_MAX 253
#define DELIMITERS ".-+,/_="

/* One `%...`. */
typedef struct
{
  char letter; /* `{`: a letter in braces, else what follows the `%` */
  char value;  /* in lower case */
  gboolean escaped;
  guint keep; /* parts from the right; 0: all */
  gboolean reversed;
  char delimiters[sizeof DELIMITERS];
} Expand;

/* ---- reading ---- */

static const char *
read_transformers (const char *at, Expand *expand)
{
  gboolean has_digits = g_ascii_isdigit (*at);

  /* A domain has no more parts than bytes, so more digits mean no more. */
  for (; g_ascii_isdigit (*at); at++)
    expand->keep = MIN (expand->keep * 10 + (guint) (*at - '0'), 1000);
  if (has_digits && expand->keep == 0)
    return NULL;
  if (*at == 'r' || *at == 'R')
    {
      expand->reversed = TRUE;
      at++;
    }
  return at;
}

static const char *
read_delimiters (const char *at, Expand *expand)
{
  gsize n = 0;

  for (; *at != '\0' && strchr (DELIMITERS, *at) != NULL; at++)
    if (memchr (expand->delimiters, *at, n) == NULL)
      expand->delimiters[n++] = *at;
  if (n == 0)
    expand->delimiters[n++] = '.';
  expand->delimiters[n] = '\0';
  return at;
}

/* @at: after the `%`. Returns: (nullable): what follows, unless it is no macro-expand */
static const char *
read_expand (const char *at, Expand *expand)
{
  *expand = (Expand){ .letter = *at };
  if (*at == '%' || *at == '_' || *at == '-')
    return at + 1;
  if (*at != '{')
    return NULL;

  expand->value = g_ascii_tolower (at[1]);
  expand->escaped = g_ascii_isupper (at[1]);
  if (expand->value == '\0' || strchr ("slodiphcrtv", expand->value) == NULL)
    return NULL;
  at = read_transformers (at + 2, expand);
  if (at == NULL)
    return NULL;
  at = read_delimiters (at, expand);
  return *at == '}' ? at + 1 : NULL;
}

/* ---- checking ---- */

/* toplabel (RFC 7208, 7.1): letters, digits and hyphens, neither digits only nor a hyphen at an end. */
static gboolean
is_top_label (const char *label, gsize length)
{
  gboolean only_digits = TRUE;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (label[i]) && (label[i] != '-' || i == 0 || i + 1 == length))
        return FALSE;
      only_digits &= g_ascii_isdigit (label[i]);
    }
  return length > 0 && !only_digits;
}

/* @literal: what follows the last macro-expand of a domain-spec, to its end. */
static gboolean
is_domain_end (const char *literal, gboolean after_expand)
{
  gsize length = strlen (literal);
  const char *dot;

  if (length == 0)
    return after_expand;
  if (literal[length - 1] == '.')
    length--;
  dot = g_strrstr_len (literal, (gssize) length, ".");
  return dot != NULL && is_top_label (dot + 1, length - (gsize) (dot + 1 - literal));
}

gboolean
spf_macro_check (const char *text, SpfMacroKind kind)
{
  const char *literal = text;

  if (kind == SPF_MACRO_DOMAIN && strlen (text) > SPF_DOMAIN_SPEC_MAX)
    return FALSE;
  for (const char *at = text; *at != '\0';)
    {
      Expand expand;

      if (*at != '%')
        {
          if (!g_ascii_isgraph (*at) && (*at != ' ' || kind != SPF_MACRO_EXPLANATION))
            return FALSE;
          at++;
          continue;
        }
      at = read_expand (at + 1, &expand);
      if (at == NULL)
        return FALSE;
      if (kind != SPF_MACRO_EXPLANATION && expand.letter == '{' && strchr ("crt", expand.value) != NULL)
        return FALSE;
      literal = at;
    }
  return kind != SPF_MACRO_DOMAIN || is_domain_end (literal, literal != text);
}

gboolean
spf_macro_needs_validated (const char *text)
{
  while ((text = strchr (text, '%')) != NULL)
    {
      Expand expand;

      text = read_expand (text + 1, &expand);
      g_return_val_if_fail (text != NULL, FALSE);
      if (expand.value == 'p')
        return TRUE;
    }
  return FALSE;
}

/* ---- expanding ---- */

static char *
get_value (char letter, const SpfMacroValues *values)
{
  const char *at = strrchr (values->sender, '@');

  g_return_val_if_fail (at != NULL, NULL);
  switch (letter)
    {
    case 's':
      return g_strdup (values->sender);
    case 'l':
      return g_strndup (values->sender, (gsize) (at - values->sender));
    case 'o':
      return g_strdup (at + 1);
    case 'd':
      return g_strdup (values->domain);
    case 'i':
      return spf_address_to_dotted (&values->address);
    case 'c':
      return spf_address_to_text (&values->address);
    case 'v':
      return g_strdup (values->address.length == 4 ? "in-addr" : "ip6");
    case 'h':
      return g_strdup (values->helo);
    case 'p':
      return g_strdup (values->validated != NULL ? values->validated : "unknown");
    case 'r':
      return g_strdup (values->receiver);
    case 't':
      return g_strdup_printf ("%" G_GINT64_FORMAT, values->now);
    default:
      g_return_val_if_reached (NULL);
    }
}

static gboolean
is_delimiter (const Expand *expand, char c)
{
  return strchr (expand->delimiters, c) != NULL;
}

/* The last parts. */
static void
append_parts (GString *text, const Expand *expand, const char *value, const char *end)
{
  const char *start = value;
  guint n = 0;

  if (expand->keep > 0)
    for (start = end; start > value; start--)
      if (is_delimiter (expand, start[-1]) && ++n == expand->keep)
        break;
  for (; start < end; start++)
    g_string_append_c (text, is_delimiter (expand, *start) ? '.' : *start);
}

/* The first parts, the last of them first. */
static void
append_reversed (GString *text, const Expand *expand, const char *value, const char *end)
{
  guint n = 0;

  for (const char *at = value; expand->keep > 0 && at < end; at++)
    if (is_delimiter (expand, *at) && ++n == expand->keep)
      end = at;
  for (;;)
    {
      const char *part = end;

      while (part > value && !is_delimiter (expand, part[-1]))
        part--;
      g_string_append_len (text, part, end - part);
      if (part == value)
        return;
      g_string_append_c (text, '.');
      end = part - 1;
    }
}

static void
append_expanded (GString *text, const Expand *expand, const SpfMacroValues *values)
{
  g_autofree char *value = get_value (expand->value, values);
  g_autoptr (GString) transformed = g_string_new (NULL);

  (expand->reversed ? append_reversed : append_parts) (transformed, expand, value, value + strlen (value));
  /* All but unreserved characters (RFC 3986, 2.3); what is no UTF-8, too. */
  if (!expand->escaped)
    g_string_append_len (text, transformed->str, (gssize) transformed->len);
  else
    g_string_append_uri_escaped (text, transformed->str, NULL, FALSE);
}

char *
spf_macro_expand (const char *text, const SpfMacroValues *values)
{
  GString *expanded = g_string_new (NULL);

  while (*text != '\0')
    {
      gsize literal = strcspn (text, "%");
      Expand expand;

      g_string_append_len (expanded, text, (gssize) literal);
      text += literal;
      if (*text == '\0')
        break;
      text = read_expand (text + 1, &expand);
      g_return_val_if_fail (text != NULL, g_string_free (expanded, FALSE));
      if (expand.letter == '{')
        append_expanded (expanded, &expand, values);
      else
        g_string_append (expanded, expand.letter == '%' ? "%" : expand.letter == '_' ? " " : "%20");
    }
  return g_string_free (expanded, FALSE);
}

char *
spf_macro_expand_domain (const char *text, const SpfMacroValues *values)
{
  g_autofree char *expanded = spf_macro_expand (text, values);
  gsize length = strlen (expanded);
  const char *start = expanded;

  if (length > 0 && expanded[length - 1] == '.')
    expanded[--length] = '\0';
  while (length - (gsize) (start - expanded) > DOMAIN_MAX)
    {
      const char *dot = strchr (start, '.');

      /* One label that is too long stays, and is no name. */
      if (dot == NULL)
        break;
      start = dot + 1;
    }
  return g_strdup (start);
}
