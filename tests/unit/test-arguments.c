/* SPDX-License-Identifier: MIT */
/* Promises of cli/arguments.c and cli/help.c. */
#include "arguments.h"
#include "help.h"

#include <string.h>

/* ---- a tree of commands to parse by ---- */

static const CliOption options[] = {
  { "yes", 'y', NULL, FALSE, "do not ask" },
  { "force", 'f', NULL, FALSE, "even so" },
  { "owner", 'o', "USER", FALSE, "who owns it" },
  { "bind", 0, "ADDR", TRUE, "where" },
  { "from", 0, "PATH", FALSE, "whose, if anybody's", TRUE },
  { NULL },
};
static const CliArgument arguments[] = {
  { "NAME", TRUE, FALSE, "which" },
  { "MORE", FALSE, TRUE, "others" },
  { NULL },
};
static const CliCommand make = { .name = "make", .summary = "make it", .options = options, .arguments = arguments };
static const CliCommand bare = { .name = "bare", .summary = "nothing more" };
static const CliCommand *const things_commands[] = { &make, &bare, NULL };
static const CliCommand things = {
  .name = "things",
  .alias = "thing",
  .summary = "things",
  .group = CLI_GROUP_OPERATIONS,
  .subcommands = things_commands,
};
static const CliCommand hidden = { .name = "hidden", .summary = "not to be seen", .group = CLI_GROUP_HIDDEN };
static const CliCommand *const root_commands[] = { &things, &hidden, NULL };
static const CliCommand root = { .name = "aimx", .summary = "all", .subcommands = root_commands };

static CliInvocation *
parse (const char *line, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  return cli_arguments_parse (&root, (const char *const *) words, error);
}

static CliInvocation *
parse_right (const char *line)
{
  g_autoptr (GError) error = NULL;
  CliInvocation *found = parse (line, &error);

  g_assert_no_error (error);
  return found;
}

static void
assert_wrong (const char *line, CliUsageError code, const char *what, const char *usage)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliInvocation) found = parse (line, &error);

  g_assert_null (found);
  g_assert_error (error, CLI_USAGE_ERROR, (int) code);
  if (strstr (error->message, what) == NULL || strstr (error->message, usage) == NULL)
    g_error ("'%s' gives: %s", line, error->message);
}

/* ---- what is right ---- */

static void
test_values_in_every_form (void)
{
  static const char *const lines[] = {
    "things make --owner ann box", "things make box --owner=ann", "thing make -o ann box",
    "things make -oann box",       "things make -o=ann box",      "things make box -yo ann",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (CliInvocation) found = parse_right (lines[i]);

      g_assert_true (found->command == &make);
      g_assert_cmpstr (found->path, ==, "aimx things make");
      g_assert_cmpstr (cli_invocation_get (found, "owner"), ==, "ann");
      g_assert_cmpstr (cli_invocation_get_argument (found, 0), ==, "box");
      g_assert_null (cli_invocation_get_argument (found, 1));
    }
}

static void
test_an_empty_value_where_it_means_something (void)
{
  const char *const words[] = { "things", "make", "--from", "", "box", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (CliInvocation) apart = cli_arguments_parse (&root, words, &error);
  g_autoptr (CliInvocation) inlined = parse_right ("things make --from= box");

  g_assert_no_error (error);
  g_assert_cmpstr (cli_invocation_get (apart, "from"), ==, "");
  g_assert_cmpstr (cli_invocation_get_argument (apart, 0), ==, "box");
  g_assert_cmpstr (cli_invocation_get (inlined, "from"), ==, "");
  assert_wrong ("things make box --from", CLI_USAGE_WRONG, "value is required for '--from <PATH>'", "Usage");
}

static void
test_global_options_before_and_after_the_subcommand (void)
{
  static const char *const lines[] = { "--data-dir /d things bare", "things --data-dir=/d bare",
                                       "things bare --data-dir /d" };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (CliInvocation) found = parse_right (lines[i]);

      g_assert_true (found->command == &bare);
      g_assert_cmpstr (cli_invocation_get (found, "data-dir"), ==, "/d");
    }
}

static void
test_flags_may_be_repeated_and_joined (void)
{
  g_autoptr (CliInvocation) found = parse_right ("things make -yf --yes box");

  g_assert_true (cli_invocation_has (found, "yes"));
  g_assert_true (cli_invocation_has (found, "force"));
  g_assert_false (cli_invocation_has (found, "owner"));
}

static void
test_repeated_options_keep_their_order (void)
{
  g_autoptr (CliInvocation) found = parse_right ("things make --bind a --bind=b box --bind c");
  g_autofree char *joined = g_strjoinv (" ", (GStrv) cli_invocation_get_all (found, "bind"));

  g_assert_cmpstr (joined, ==, "a b c");
}

static void
test_after_two_dashes_everything_is_an_argument (void)
{
  g_autoptr (CliInvocation) found = parse_right ("things make -- --yes - -x");
  g_autofree char *joined = g_strjoinv (" ", found->arguments);

  g_assert_cmpstr (joined, ==, "--yes - -x");
  g_assert_false (cli_invocation_has (found, "yes"));
}

static void
test_a_single_dash_is_an_argument (void)
{
  g_autoptr (CliInvocation) found = parse_right ("things make -");

  g_assert_cmpstr (cli_invocation_get_argument (found, 0), ==, "-");
}

static void
test_help_and_version_need_nothing_else_right (void)
{
  g_autoptr (CliInvocation) help = parse_right ("things make -h --nonsense");
  g_autoptr (CliInvocation) group_help = parse_right ("things --help");
  g_autoptr (CliInvocation) version = parse_right ("things make --version");

  g_assert_cmpint (help->wish, ==, CLI_WISH_HELP);
  g_assert_true (help->command == &make);
  g_assert_true (group_help->command == &things);
  g_assert_cmpint (version->wish, ==, CLI_WISH_VERSION);
}

static void
test_nothing_at_all_asks_for_help (void)
{
  const char *const nothing[] = { NULL };
  g_autoptr (CliInvocation) found = cli_arguments_parse (&root, nothing, NULL);

  g_assert_cmpint (found->wish, ==, CLI_WISH_HELP);
  g_assert_true (found->command == &root);
}

/* ---- what is wrong ---- */

static void
test_an_unknown_command_names_the_nearest (void)
{
  assert_wrong ("thimgs", CLI_USAGE_UNKNOWN_COMMAND, "unrecognized subcommand 'thimgs'", "Usage: aimx ");
  assert_wrong ("thimgs", CLI_USAGE_UNKNOWN_COMMAND, "exists: 'things'", "Usage: aimx ");
  assert_wrong ("things mak", CLI_USAGE_WRONG, "exists: 'make'", "Usage: aimx things ");
  assert_wrong ("elephant", CLI_USAGE_UNKNOWN_COMMAND, "unrecognized subcommand 'elephant'\n\nUsage", "Usage: aimx ");
}

static void
test_an_unknown_option_names_the_nearest (void)
{
  assert_wrong ("things make --onwer x", CLI_USAGE_WRONG, "unexpected argument '--onwer'", "aimx things make");
  assert_wrong ("things make --onwer x", CLI_USAGE_WRONG, "exists: '--owner'", "<NAME> [MORE]...");
  assert_wrong ("things make --onwer=x", CLI_USAGE_WRONG, "argument '--onwer'\n", "exists: '--owner'");
  assert_wrong ("things make -x", CLI_USAGE_WRONG, "unexpected argument '-x'", "use '-- -x'");
  assert_wrong ("--dta-dir /x", CLI_USAGE_WRONG, "exists: '--data-dir'", "Usage");
}

static void
test_an_argument_too_many_or_too_few (void)
{
  assert_wrong ("things bare box", CLI_USAGE_WRONG, "unexpected argument 'box'", "Usage: aimx things bare\n");
  assert_wrong ("things make --yes", CLI_USAGE_WRONG, "<NAME> is missing", "Usage: aimx things make");
  assert_wrong ("things", CLI_USAGE_WRONG, "requires a subcommand", "[subcommands: make, bare]");
}

static void
test_values_that_are_missing_empty_twice_or_too_much (void)
{
  assert_wrong ("things make box --owner", CLI_USAGE_WRONG, "value is required for '--owner <USER>'", "Usage");
  assert_wrong ("things make box --owner=", CLI_USAGE_WRONG, "value is required for '--owner <USER>'", "Usage");
  assert_wrong ("things make box -o", CLI_USAGE_WRONG, "value is required for '--owner <USER>'", "Usage");
  assert_wrong ("things make box -oa -ob", CLI_USAGE_WRONG, "cannot be used multiple times", "Usage");
  assert_wrong ("things make box --yes=no", CLI_USAGE_WRONG, "unexpected value 'no'", "Usage");
}

static void
test_what_was_typed_cannot_act_on_the_terminal (void)
{
  assert_wrong ("a\033[2Jb", CLI_USAGE_UNKNOWN_COMMAND, "'a\\x1b[2Jb'", "Usage");
  assert_wrong ("things make --\033c", CLI_USAGE_WRONG, "'--\\x1bc'", "Usage");
  assert_wrong ("things make box --yes=\xff", CLI_USAGE_WRONG, "'\\xff'", "Usage");
}

/* ---- the help ---- */

static void
test_the_help_lists_what_exists_and_is_not_hidden (void)
{
  g_autofree char *text = cli_help_format (&root, "aimx", FALSE);

  g_assert_nonnull (strstr (text, "Operations (as current user):\n  things"));
  g_assert_nonnull (strstr (text, "--data-dir <PATH>"));
  g_assert_nonnull (strstr (text, "AIMX_DATA_DIR"));
  g_assert_null (strstr (text, "hidden"));
  g_assert_null (strstr (text, "From plugins:"));
  g_assert_null (strchr (text, '\033'));
}

static void
test_the_help_of_a_command_has_all_it_takes (void)
{
  g_autofree char *text = cli_help_format (&make, "aimx things make", FALSE);

  g_assert_nonnull (strstr (text, "Usage: aimx things make [OPTIONS] <NAME> [MORE]...\n"));
  g_assert_nonnull (strstr (text, "  -y, --yes"));
  g_assert_nonnull (strstr (text, "      --bind <ADDR>..."));
}

/* The texts of all commands, so that none is shown without. */
static void
check_command (const CliCommand *command, const char *path)
{
  g_assert_cmpuint (strlen (command->summary), >, 0);
  g_assert_true ((command->subcommands != NULL) != (command->run != NULL) || command == &cli_command_help);
  for (const CliOption *option = command->options; option != NULL && option->name != NULL; option++)
    {
      g_assert_nonnull (option->summary);
      for (const CliOption *global = cli_global_options; global->name != NULL; global++)
        g_assert_true (strcmp (global->name, option->name) != 0 &&
                       (option->letter == 0 || option->letter != global->letter));
    }
  if (command->subcommands == NULL && (command->example == NULL || strstr (command->example, path) == NULL))
    g_error ("%s: its example does not call it", path);
  for (const CliCommand *const *one = command->subcommands; one != NULL && *one != NULL; one++)
    {
      g_autofree char *sub_path = g_strdup_printf ("%s %s", path, (*one)->name);

      check_command (*one, sub_path);
    }
}

static void
test_every_command_is_described (void)
{
  check_command (&cli_root, "aimx");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arguments/values-in-every-form", test_values_in_every_form);
  g_test_add_func ("/arguments/an-empty-value-where-it-means-something", test_an_empty_value_where_it_means_something);
  g_test_add_func ("/arguments/global-options-before-and-after", test_global_options_before_and_after_the_subcommand);
  g_test_add_func ("/arguments/flags-repeated-and-joined", test_flags_may_be_repeated_and_joined);
  g_test_add_func ("/arguments/repeated-options-keep-order", test_repeated_options_keep_their_order);
  g_test_add_func ("/arguments/after-two-dashes", test_after_two_dashes_everything_is_an_argument);
  g_test_add_func ("/arguments/single-dash", test_a_single_dash_is_an_argument);
  g_test_add_func ("/arguments/help-and-version-first", test_help_and_version_need_nothing_else_right);
  g_test_add_func ("/arguments/nothing-asks-for-help", test_nothing_at_all_asks_for_help);
  g_test_add_func ("/arguments/unknown-command-names-nearest", test_an_unknown_command_names_the_nearest);
  g_test_add_func ("/arguments/unknown-option-names-nearest", test_an_unknown_option_names_the_nearest);
  g_test_add_func ("/arguments/too-many-or-too-few", test_an_argument_too_many_or_too_few);
  g_test_add_func ("/arguments/wrong-values", test_values_that_are_missing_empty_twice_or_too_much);
  g_test_add_func ("/arguments/typed-text-is-made-visible", test_what_was_typed_cannot_act_on_the_terminal);
  g_test_add_func ("/help/lists-what-exists", test_the_help_lists_what_exists_and_is_not_hidden);
  g_test_add_func ("/help/has-all-a-command-takes", test_the_help_of_a_command_has_all_it_takes);
  g_test_add_func ("/help/every-command-is-described", test_every_command_is_described);
  return g_test_run ();
}
