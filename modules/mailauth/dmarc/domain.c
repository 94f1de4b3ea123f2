/* SPDX-License-Identifier: MIT */
#include "domain.h"

#include <string.h>

#define NAME_MAX_BYTES 253
#define LABEL_MAX      63
/* As UTF-8 a name is not four times as long as in A-labels; encoding them takes the square of the length. */
#define UTF8_MAX_BYTES (4 * NAME_MAX_BYTES)

static gboolean
is_name (const char *name)
{
  gsize label = 0;

  if (*name == '\0' || strlen (name) > NAME_MAX_BYTES)
    return FALSE;
  for (; *name != '\0'; name++)
    {
      if (*name != '.' && *name != '-' && *name != '_' && !g_ascii_isalnum (*name))
        return FALSE;
      if (*name == '.' ? label == 0 : label == LABEL_MAX)
        return FALSE;
      label = *name == '.' ? 0 : label + 1;
    }
  return label > 0;
}

char *
domain_normalize (const char *domain)
{
  g_autofree char *ascii = NULL;
  g_autofree char *lower = NULL;
  gsize length;

  if (strlen (domain) > UTF8_MAX_BYTES)
    return NULL;
  if (g_hostname_is_non_ascii (domain) && g_utf8_validate (domain, -1, NULL))
    ascii = g_hostname_to_ascii (domain);
  lower = g_ascii_strdown (ascii != NULL ? ascii : domain, -1);
  length = strlen (lower);
  if (length > 0 && lower[length - 1] == '.')
    lower[length - 1] = '\0';
  return is_name (lower) ? g_steal_pointer (&lower) : NULL;
}

const char *
domain_get_organizational (const psl_ctx_t *suffixes, const char *domain)
{
  const char *registered = psl_registrable_domain (suffixes, domain);

  return registered != NULL ? registered : domain;
}

gboolean
domain_is_aligned (const psl_ctx_t *suffixes, const char *a, const char *b, gboolean strict)
{
  if (strict)
    return g_str_equal (a, b);
  return g_str_equal (domain_get_organizational (suffixes, a), domain_get_organizational (suffixes, b));
}
