/* SPDX-License-Identifier: MIT */
#include "selector.h"

#include <string.h>

#define LABEL_MAX    63
#define DNS_NAME_MAX 253
#define KEYS_LABEL   "._domainkey."

char *
dkim_selector_for (const char *selector, DkimAlgorithm algorithm)
{
  return algorithm == DKIM_RSA ? g_strdup (selector)
                               : g_strconcat (selector, "-", dkim_algorithm_to_string (algorithm), NULL);
}

/* It becomes part of a name in the DNS and of a header field. */
static gboolean
is_name (const char *selector)
{
  for (;;)
    {
      const gsize length = strspn (selector, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-");

      if (length == 0 || length > LABEL_MAX)
        return FALSE;
      if (selector[length] != '.')
        return selector[length] == '\0';
      selector += length + 1;
    }
}

gboolean
dkim_selector_check (const char *selector, const char *domain, DkimAlgorithm algorithm, GError **error)
{
  g_autofree char *full = dkim_selector_for (selector, algorithm);

  if (!is_name (selector))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                 "dkim_selector '%s' cannot be part of a name in the DNS: it needs 1 to %d of letters, digits, - and _",
                 selector, LABEL_MAX);
  else if (!is_name (full))
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                 "dkim_selector '%s' is too long for an %s key, which is published under '%s': %d bytes at most",
                 selector, dkim_algorithm_to_string (algorithm), full, LABEL_MAX);
  else if (strlen (full) + strlen (KEYS_LABEL) + strlen (domain) > DNS_NAME_MAX)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                 "dkim_selector '%s' is too long for %s: '%s" KEYS_LABEL "%s' has more than %d bytes", selector, domain,
                 full, domain, DNS_NAME_MAX);
  else
    return TRUE;
  return FALSE;
}

/* Beside the keys, in directories named after their selectors, lie files with these names. */
static gboolean
check_reserved (const char *selector, GError **error)
{
  static const char *const reserved[] = { "rotation", "rotation-switched", NULL };

  if (!g_strv_contains (reserved, selector))
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
               "'%s' is not a selector to choose: a file beside the keys has that name", selector);
  return FALSE;
}

/* Whether one of them is the other's for Ed25519. */
static gboolean
check_apart (const char *selector, const char *current, GError **error)
{
  g_autofree char *full = dkim_selector_for (selector, DKIM_ED25519);
  g_autofree char *current_full = dkim_selector_for (current, DKIM_ED25519);

  if (strcmp (selector, current_full) != 0 && strcmp (full, current) != 0)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
               "selector '%s' is too near to '%s', which is in use: a key of one and one of the other would have the "
               "same record; choose another",
               selector, current);
  return FALSE;
}

gboolean
dkim_selector_check_new (const char *selector,
                         const char *domain,
                         gboolean has_ed25519,
                         const char *current,
                         GError **error)
{
  return aimx_name_check_selector (selector, error) && check_reserved (selector, error) &&
         dkim_selector_check (selector, domain, DKIM_RSA, error) &&
         (!has_ed25519 || dkim_selector_check (selector, domain, DKIM_ED25519, error)) &&
         (current == NULL || check_apart (selector, current, error));
}
