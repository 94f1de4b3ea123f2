/* SPDX-License-Identifier: MIT */
/* Promises of core/log-writer.c: which records are written, and how a line looks. Each runs in a process of its own. */
#include "acting-module.h"
#include "server-private.h"

#include <aimx/log.h>

static void
say (const char *domain, GLogLevelFlags level, const char *message)
{
  g_log_structured (domain, level, "MESSAGE", "%s", message);
}

/* Runs @test with that AIMX_LOG in another process. */
static void
run_with (const char *filter, const char *test)
{
  g_autofree char *path = g_strconcat ("/log-writer/subprocess/", test, NULL);

  if (filter != NULL)
    g_setenv ("AIMX_LOG", filter, TRUE);
  else
    g_unsetenv ("AIMX_LOG");
  g_test_trap_subprocess (path, 0, 0);
  g_test_trap_assert_passed ();
}

static void
each_level (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  aimx_log_start ();
  say ("aimx-smtp", G_LOG_LEVEL_WARNING, "w");
  say ("aimx-smtp", G_LOG_LEVEL_INFO, "i");
  say ("aimx-smtp", G_LOG_LEVEL_DEBUG, "d");
  say ("aimx", G_LOG_LEVEL_MESSAGE, "m");
  say ("aimx", G_LOG_LEVEL_DEBUG, "d");
  say ("GLib", G_LOG_LEVEL_INFO, "i");
  say ("GLib", G_LOG_LEVEL_DEBUG, "d");
}

static void
while_a_module_acts (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  aimx_log_start ();
  aimx_acting_module_set ("plugin");
  say ("GLib", G_LOG_LEVEL_CRITICAL, "c");
  say ("aimx", G_LOG_LEVEL_INFO, "i");
  say ("aimx-plugin", G_LOG_LEVEL_WARNING, "w");
  say (NULL, G_LOG_LEVEL_MESSAGE, "m");
  g_log_structured ("aimx", G_LOG_LEVEL_WARNING, AIMX_LOG_MODULE, "other", "MESSAGE", "w");
  aimx_acting_module_set (NULL);
  say ("aimx", G_LOG_LEVEL_WARNING, "w");
  say (NULL, G_LOG_LEVEL_MESSAGE, "m");
}

static void
test_what_goes_wrong_names_the_module_that_acts (void)
{
  run_with (NULL, "while-a-module-acts");
  g_test_trap_assert_stderr ("critical GLib: c module=plugin\ninfo core: i\nwarning plugin: w\nmessage plugin: m\n"
                             "warning core: w module=other\n"
                             "warning core: w\nmessage -: m\n");
}

static void
test_info_and_above_by_default (void)
{
  run_with (NULL, "each-level");
  g_test_trap_assert_stderr ("warning smtp: w\ninfo smtp: i\nmessage core: m\ninfo GLib: i\n");
}

static void
test_a_level_holds_for_all_of_ours (void)
{
  run_with ("debug", "each-level");
  g_test_trap_assert_stderr (
      "warning smtp: w\ninfo smtp: i\ndebug smtp: d\nmessage core: m\ndebug core: d\ninfo GLib: i\n");
}

static void
test_a_module_can_have_its_own (void)
{
  run_with (" smtp=warning, core=debug ,GLib=debug,error", "each-level");
  g_test_trap_assert_stderr ("warning smtp: w\nmessage core: m\ndebug core: d\ninfo GLib: i\ndebug GLib: d\n");
}

static void
test_what_is_no_level_is_said (void)
{
  run_with ("loud,smtp=quiet,warning", "each-level");
  g_test_trap_assert_stderr ("warning core: AIMX_LOG holds what is no level *: loud, smtp=quiet\nwarning smtp: w\n");
}

static void
with_fields (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  aimx_log_start ();
  g_log_structured ("aimx-uds", G_LOG_LEVEL_INFO, AIMX_LOG_VERB, "X", AIMX_LOG_PEER, "a \"b\"", "OTHER", "hidden",
                    AIMX_LOG_MAILBOX, "", "MESSAGE", "done");
}

static void
test_our_fields_follow_the_message (void)
{
  run_with (NULL, "with-fields");
  g_test_trap_assert_stderr ("info uds: done verb=X peer=\"a \\\"b\\\"\" mailbox=\"\"\n");
}

static void
with_forgery (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  aimx_log_start ();
  g_log_structured ("aimx", G_LOG_LEVEL_INFO, AIMX_LOG_PEER, "x\ninfo core: forged", "MESSAGE", "%s",
                    "a\nb\r\033[1m\xff\xc2\x85\xe2\x80\xa8 gr\xc3\xbc\xc3\x9f");
}

static void
test_nothing_can_forge_a_line (void)
{
  run_with (NULL, "with-forgery");
  g_test_trap_assert_stderr ("info core: a\\nb\\x0d\\x1b[1m\\xff\\xc2\\x85\\xe2\\x80\\xa8 gr\xc3\xbc\xc3\x9f "
                             "peer=\"x\\ninfo core: forged\"\n");
}

static void
with_critical (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  aimx_log_start ();
  say ("aimx", G_LOG_LEVEL_CRITICAL, "broken");
}

static void
test_what_is_made_fatal_is_fatal (void)
{
  g_test_trap_subprocess ("/log-writer/subprocess/with-critical", 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("critical core: broken\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log-writer/subprocess/each-level", each_level);
  g_test_add_func ("/log-writer/subprocess/while-a-module-acts", while_a_module_acts);
  g_test_add_func ("/log-writer/subprocess/with-fields", with_fields);
  g_test_add_func ("/log-writer/subprocess/with-forgery", with_forgery);
  g_test_add_func ("/log-writer/subprocess/with-critical", with_critical);
  g_test_add_func ("/log-writer/default", test_info_and_above_by_default);
  g_test_add_func ("/log-writer/level", test_a_level_holds_for_all_of_ours);
  g_test_add_func ("/log-writer/module", test_a_module_can_have_its_own);
  g_test_add_func ("/log-writer/wrong", test_what_is_no_level_is_said);
  g_test_add_func ("/log-writer/fields", test_our_fields_follow_the_message);
  g_test_add_func ("/log-writer/forgery", test_nothing_can_forge_a_line);
  g_test_add_func ("/log-writer/acting", test_what_goes_wrong_names_the_module_that_acts);
  g_test_add_func ("/log-writer/fatal", test_what_is_made_fatal_is_fatal);
  return g_test_run ();
}
