/* SPDX-License-Identifier: MIT */
/* Promises of core/wire/version.c. */
#include "wire/version.h"

static void
assert_form (const char *value, const char *form)
{
  if (!g_regex_match_simple (form, value, G_REGEX_DOLLAR_ENDONLY, 0))
    g_error ("%s is not of the form %s", value, form);
}

static void
test_each_part_has_its_form (void)
{
  assert_form (aimx_version_get_tag (), "^[^v ][^ ]*$");
  assert_form (aimx_version_get_commit (), "^[0-9a-f]{7,40}$");
  assert_form (aimx_version_get_target (), "^[a-z0-9_]+-[a-z0-9]+-[a-z0-9]+$");
  assert_form (aimx_version_get_date (), "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/version/each-part-has-its-form", test_each_part_has_its_form);
  return g_test_run ();
}
