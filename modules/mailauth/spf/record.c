/* SPDX-License-Identifier: MIT */
#include "record.h"

#include "macro.h"

#include <string.h>

#define VERSION "v=spf1"

/* Which arguments a mechanism has. */
typedef enum
{
  ARGUMENT_NONE,
  ARGUMENT_DOMAIN,          /* ":" domain-spec */
  ARGUMENT_OPTIONAL_DOMAIN, /* [ ":" domain-spec ] */
  ARGUMENT_DOMAIN_PREFIXES, /* [ ":" domain-spec ] [ dual-cidr-length ] */
  ARGUMENT_NETWORK,         /* ":" network [ cidr-length ] */
} Argument;

static const struct
{
  const char *name;
  Argument argument;
} mechanisms[] = {
  [SPF_ALL] = { "all", ARGUMENT_NONE },
  [SPF_INCLUDE] = { "include", ARGUMENT_DOMAIN },
  [SPF_A] = { "a", ARGUMENT_DOMAIN_PREFIXES },
  [SPF_MX] = { "mx", ARGUMENT_DOMAIN_PREFIXES },
  [SPF_PTR] = { "ptr", ARGUMENT_OPTIONAL_DOMAIN },
  [SPF_IP4] = { "ip4", ARGUMENT_NETWORK },
  [SPF_IP6] = { "ip6", ARGUMENT_NETWORK },
  [SPF_EXISTS] = { "exists", ARGUMENT_DOMAIN },
};

static void
term_free (gpointer data)
{
  SpfTerm *term = data;

  g_free (term->text);
  g_free (term->domain);
  g_free (term);
}

void
spf_record_free (SpfRecord *self)
{
  g_ptr_array_unref (self->terms);
  g_free (self->redirect);
  g_free (self->explanation);
  g_free (self);
}

/* ---- lengths of prefixes ---- */

/* Cuts `/N` from the end of @text. Returns: whether there is one, or none. */
static gboolean
cut_prefix (char *text, const char *slashes, guint maximum, guint *prefix)
{
  gsize end = strlen (text);
  gsize at = end;
  gsize n_slashes = strlen (slashes);
  guint64 value;

  while (at > 0 && g_ascii_isdigit (text[at - 1]))
    at--;
  if (at == end || at < n_slashes || strncmp (text + at - n_slashes, slashes, n_slashes) != 0)
    return TRUE;
  if (text[at] == '0' && end - at > 1)
    return FALSE;
  value = g_ascii_strtoull (text + at, NULL, 10);
  if (value > maximum)
    return FALSE;
  *prefix = (guint) value;
  text[at - n_slashes] = '\0';
  return TRUE;
}

/* ---- mechanisms ---- */

static gboolean
parse_network (SpfTerm *term, char *argument)
{
  gboolean is_ip4 = term->mechanism == SPF_IP4;

  if (!cut_prefix (argument, "/", is_ip4 ? 32 : 128, is_ip4 ? &term->prefix4 : &term->prefix6))
    return FALSE;
  return spf_address_parse_as (&term->network, argument, is_ip4 ? 4 : 16);
}

/* @argument: (nullable): what follows the colon */
static gboolean
parse_domain (SpfTerm *term, const char *argument)
{
  if (argument == NULL)
    return TRUE;
  term->domain = g_strdup (argument);
  return spf_macro_check (argument, SPF_MACRO_DOMAIN);
}

/* @rest: what follows the name, is changed */
static gboolean
parse_argument (SpfTerm *term, Argument kind, char *rest)
{
  if (kind == ARGUMENT_DOMAIN_PREFIXES &&
      (!cut_prefix (rest, "//", 128, &term->prefix6) || !cut_prefix (rest, "/", 32, &term->prefix4)))
    return FALSE;
  if (*rest != '\0' && *rest != ':')
    return FALSE;
  switch (kind)
    {
    case ARGUMENT_NONE:
      return *rest == '\0';
    case ARGUMENT_DOMAIN:
      return *rest == ':' && parse_domain (term, rest + 1);
    case ARGUMENT_NETWORK:
      return *rest == ':' && parse_network (term, rest + 1);
    case ARGUMENT_OPTIONAL_DOMAIN:
    case ARGUMENT_DOMAIN_PREFIXES:
    default:
      return parse_domain (term, *rest == ':' ? rest + 1 : NULL);
    }
}

static gboolean
parse_mechanism (SpfRecord *self, const char *text)
{
  SpfTerm *term = g_new0 (SpfTerm, 1);
  const char *name = strchr ("+-~?", *text) != NULL ? text + 1 : text;
  g_autofree char *rest = g_strdup (name + strcspn (name, ":/"));
  gsize length = strcspn (name, ":/");

  g_ptr_array_add (self->terms, term);
  term->text = g_strdup (text);
  term->qualifier = name > text ? *text : '+';
  term->prefix4 = 32;
  term->prefix6 = 128;
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (strlen (mechanisms[i].name) == length && g_ascii_strncasecmp (name, mechanisms[i].name, length) == 0)
      {
        term->mechanism = (SpfMechanism) i;
        return parse_argument (term, mechanisms[i].argument, rest);
      }
  return FALSE;
}

/* ---- modifiers ---- */

/* Returns: the `=` of a modifier, %NULL when @text is none. */
static const char *
find_equals (const char *text)
{
  const char *at = text;

  if (!g_ascii_isalpha (*at))
    return NULL;
  while (g_ascii_isalnum (*at) || (*at != '\0' && strchr ("-_.", *at) != NULL))
    at++;
  return *at == '=' ? at : NULL;
}

static gboolean
set_once (char **modifier, const char *value)
{
  if (*modifier != NULL)
    return FALSE;
  *modifier = g_strdup (value);
  return spf_macro_check (value, SPF_MACRO_DOMAIN);
}

static gboolean
parse_modifier (SpfRecord *self, const char *text, const char *equals)
{
  gsize length = (gsize) (equals - text);

  if (length == strlen ("redirect") && g_ascii_strncasecmp (text, "redirect", length) == 0)
    return set_once (&self->redirect, equals + 1);
  if (length == strlen ("exp") && g_ascii_strncasecmp (text, "exp", length) == 0)
    return set_once (&self->explanation, equals + 1);
  return spf_macro_check (equals + 1, SPF_MACRO_STRING);
}

/* ---- records ---- */

gboolean
spf_record_is (const char *data, gsize length)
{
  gsize version = strlen (VERSION);

  return length >= version && g_ascii_strncasecmp (data, VERSION, version) == 0 &&
         (length == version || data[version] == ' ');
}

static char *
check_bytes (const char *data, gsize length)
{
  if (length > SPF_RECORD_MAX)
    return g_strdup_printf ("the SPF record is longer than %d bytes", SPF_RECORD_MAX);
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isprint (data[i]))
      return g_strdup_printf ("byte 0x%02x in the SPF record is no visible ASCII character", (guchar) data[i]);
  return NULL;
}

SpfRecord *
spf_record_parse (const char *data, gsize length, char **reason)
{
  g_autoptr (SpfRecord) self = g_new0 (SpfRecord, 1);
  g_autofree char *text = NULL;
  g_auto (GStrv) terms = NULL;

  self->terms = g_ptr_array_new_with_free_func (term_free);
  *reason = check_bytes (data, length);
  if (*reason != NULL)
    return NULL;
  text = g_strndup (data + strlen (VERSION), length - strlen (VERSION));
  terms = g_strsplit (text, " ", -1);
  for (guint i = 0; terms[i] != NULL; i++)
    {
      const char *equals = find_equals (terms[i]);

      if (*terms[i] == '\0')
        continue;
      if (equals != NULL ? !parse_modifier (self, terms[i], equals) : !parse_mechanism (self, terms[i]))
        {
          *reason = g_strdup_printf ("'%.100s' in the SPF record is not understood", terms[i]);
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}
