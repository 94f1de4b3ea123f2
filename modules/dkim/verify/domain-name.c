/* SPDX-License-Identifier: MIT */
#include "domain-name.h"

#include <string.h>

#define LABEL_MAX 63
/* No character takes more bytes in UTF-8. */
#define TEXT_MAX (4 * DKIM_DOMAIN_NAME_MAX)

static gboolean
is_label (const char *label)
{
  gsize length = strlen (label);

  if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (; *label != '\0'; label++)
    if (!g_ascii_isalnum (*label) && *label != '-' && *label != '_')
      return FALSE;
  return TRUE;
}

char *
dkim_domain_name_parse (const char *text, gsize length)
{
  g_autofree char *raw = length <= TEXT_MAX ? g_strndup (text, length) : NULL;
  g_autofree char *name = NULL;
  g_auto (GStrv) labels = NULL;

  if (raw == NULL || strlen (raw) != length || !g_utf8_validate (raw, -1, NULL))
    return NULL;
  name = g_str_is_ascii (raw) ? g_ascii_strdown (raw, -1) : g_hostname_to_ascii (raw);
  if (name == NULL || *name == '\0' || strlen (name) > DKIM_DOMAIN_NAME_MAX)
    return NULL;
  labels = g_strsplit (name, ".", -1);
  for (char **label = labels; *label != NULL; label++)
    if (!is_label (*label))
      return NULL;
  return g_steal_pointer (&name);
}
