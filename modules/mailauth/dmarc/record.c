/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <string.h>

static const char *const policy_words[] = {
  [DMARC_POLICY_NONE] = "none",
  [DMARC_POLICY_QUARANTINE] = "quarantine",
  [DMARC_POLICY_REJECT] = "reject",
};

/* ---- tags (RFC 6376, 3.2) ---- */

/* Cuts the next `NAME=VALUE` off @at. Returns: whether there is one more */
static gboolean
take_tag (char **at, const char **name, const char **value)
{
  char *text = strsep (at, ";");
  char *equals;

  if (text == NULL)
    return FALSE;
  equals = strchr (text, '=');
  if (equals != NULL)
    *equals = '\0';
  *name = g_strstrip (text);
  *value = equals != NULL ? g_strstrip (equals + 1) : "";
  return TRUE;
}

static char *
copy (const char *data, gsize length)
{
  return memchr (data, '\0', length) == NULL ? g_strndup (data, length) : NULL;
}

gboolean
dmarc_record_is (const char *data, gsize length)
{
  g_autofree char *text = length <= DMARC_RECORD_MAX ? copy (data, length) : NULL;
  char *at = text;
  const char *name;
  const char *value;

  return take_tag (&at, &name, &value) && g_ascii_strcasecmp (name, "v") == 0 && g_str_equal (value, "DMARC1");
}

/* Names that occur twice make the whole list invalid (RFC 6376, 3.2); RFC 7489, 6.3, takes that over. */
static gboolean
is_repeated (GHashTable *names, const char *name)
{
  return *name != '\0' && !g_hash_table_add (names, g_ascii_strdown (name, -1));
}

/* ---- values ---- */

static gboolean
read_policy (DmarcPolicy *policy, const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (policy_words); i++)
    if (g_ascii_strcasecmp (value, policy_words[i]) == 0)
      {
        *policy = (DmarcPolicy) i;
        return TRUE;
      }
  return FALSE;
}

static void
read_strict (gboolean *strict, const char *value)
{
  if (g_ascii_strcasecmp (value, "s") == 0)
    *strict = TRUE;
}

static void
read_percent (guint *percent, const char *value)
{
  guint64 number;

  if (g_ascii_string_to_unsigned (value, 10, 0, 100, &number, NULL))
    *percent = (guint) number;
}

/* Whether one of the URIs in @value may be one. */
static gboolean
has_uri (const char *value)
{
  g_auto (GStrv) uris = g_strsplit (value, ",", -1);

  for (char **uri = uris; *uri != NULL; uri++)
    if (g_uri_is_valid (g_strstrip (*uri), G_URI_FLAGS_NONE, NULL))
      return TRUE;
  return FALSE;
}

gboolean
dmarc_record_parse (DmarcRecord *self, const char *data, gsize length)
{
  g_autofree char *text = copy (data, length);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  char *at = text;
  const char *name;
  const char *value;
  gboolean has_policy = FALSE;
  gboolean has_subdomain_policy = FALSE;
  gboolean is_wrong = FALSE;
  gboolean wants_reports = FALSE;

  *self = (DmarcRecord){ .percent = 100 };
  while (take_tag (&at, &name, &value))
    if (is_repeated (names, name))
      return FALSE;
    else if (g_ascii_strcasecmp (name, "p") == 0)
      has_policy = read_policy (&self->policy, value);
    else if (g_ascii_strcasecmp (name, "sp") == 0)
      is_wrong |= !(has_subdomain_policy = read_policy (&self->subdomain_policy, value));
    else if (g_ascii_strcasecmp (name, "pct") == 0)
      read_percent (&self->percent, value);
    else if (g_ascii_strcasecmp (name, "adkim") == 0)
      read_strict (&self->strict_dkim, value);
    else if (g_ascii_strcasecmp (name, "aspf") == 0)
      read_strict (&self->strict_spf, value);
    else if (g_ascii_strcasecmp (name, "rua") == 0)
      wants_reports |= has_uri (value);

  if (!has_policy || is_wrong)
    {
      self->policy = self->subdomain_policy = DMARC_POLICY_NONE;
      return wants_reports;
    }
  if (!has_subdomain_policy)
    self->subdomain_policy = self->policy;
  return TRUE;
}

const char *
dmarc_policy_get_word (DmarcPolicy policy)
{
  return policy_words[policy];
}
