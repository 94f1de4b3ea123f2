/* SPDX-License-Identifier: MIT */
/*
 * The `aimx` command: reads the command line, runs the command, and says how it went.
 *
 * Commands of plugins are known to whoever has loaded those, so that is asked only when nothing built in has the name,
 * or when the list of all commands is to be shown.
 */
#include "arguments.h"
#include "display.h"
#include "errors.h"
#include "help.h"
#include "plugin-commands.h"
#include "style.h"
#include "verb-list.h"
#include "version-line.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* ---- help ---- */

static CliPluginCommands *
ask_for_plugin_commands (const CliSession *session)
{
  g_autoptr (JsonArray) verbs = cli_verb_list_daemon (session, NULL);

  return cli_plugin_commands_new (verbs);
}

static void
print_help (const CliCommand *command, const char *path)
{
  g_autofree char *text = cli_help_format (command, path, cli_style_is_rich (stdout));

  fputs (text, stdout);
}

static int
show_help (const CliSession *session, const CliInvocation *invocation)
{
  g_autoptr (CliPluginCommands) plugins = NULL;

  if (invocation->command != &cli_root)
    {
      print_help (invocation->command, invocation->path);
      return CLI_EXIT_DONE;
    }
  plugins = ask_for_plugin_commands (session);
  print_help (cli_plugin_commands_get_root (plugins), invocation->path);
  return CLI_EXIT_DONE;
}

/* `aimx help a b` is `aimx a b --help`. */
static GStrv
get_help_line (const CliInvocation *invocation)
{
  g_autoptr (GStrvBuilder) line = g_strv_builder_new ();

  for (char **word = invocation->arguments; *word != NULL; word++)
    g_strv_builder_add (line, *word);
  g_strv_builder_add (line, "--help");
  return g_strv_builder_end (line);
}

/* ---- one run ---- */

static int run_line (const CliCommand *root, const char *const *line);

static int
run_invocation (CliSession *session, const CliCommand *root, const CliInvocation *invocation)
{
  g_auto (GStrv) help_line = NULL;
  int status;

  cli_session_set_data_dir (session, cli_invocation_get (invocation, "data-dir"));
  if (invocation->wish == CLI_WISH_VERSION)
    {
      cli_version_print ();
      return CLI_EXIT_DONE;
    }
  if (invocation->wish == CLI_WISH_HELP)
    return show_help (session, invocation);
  if (invocation->command == &cli_command_help)
    {
      help_line = get_help_line (invocation);
      return run_line (root, (const char *const *) help_line);
    }
  status = invocation->command->run (session, invocation);
  if (session->changed)
    cli_warning (
        "The daemon is stopped; start it so that the change takes effect: `systemctl restart aimx` or `aimx serve`.");
  return status;
}

/* With no daemon, the same plugins are in this process, for whoever can read what they are configured by. Returns:
 * (nullable): %NULL: nobody knows them, for @why */
static JsonArray *
find_verbs (CliSession *session, const char **why)
{
  gboolean is_absent;
  JsonArray *verbs = cli_verb_list_daemon (session, &is_absent);

  *why = NULL;
  if (verbs != NULL)
    return verbs;
  if (is_absent && g_access (session->config_file, R_OK) == 0)
    {
      verbs = cli_verb_list_here (session);
      if (verbs == NULL)
        *why = "Commands of plugins are not known as long as that is so.";
      return verbs;
    }
  *why = !is_absent ? "Commands of plugins are not known now: the daemon does not answer."
         : geteuid () == 0
             ? "Commands of plugins are known while the daemon runs: start `aimx serve`."
             : "Commands of plugins are known while the daemon runs: start `aimx serve`, or run with sudo.";
  return NULL;
}

/* A command that is not built in may be a plugin's. */
static int
run_plugin_line (const char *const *line)
{
  g_autoptr (CliSession) session = cli_session_new ();
  const char *why;
  g_autoptr (JsonArray) verbs = find_verbs (session, &why);
  g_autoptr (CliPluginCommands) plugins = cli_plugin_commands_new (verbs);
  g_autoptr (GError) error = NULL;
  g_autoptr (CliInvocation) invocation = cli_arguments_parse (cli_plugin_commands_get_root (plugins), line, &error);
  int status;

  if (invocation != NULL)
    return run_invocation (session, cli_plugin_commands_get_root (plugins), invocation);
  status = cli_usage_error (error->message);
  if (why != NULL)
    cli_hint ("%s", why);
  return status;
}

static int
run_line (const CliCommand *root, const char *const *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CliInvocation) invocation = cli_arguments_parse (root, line, &error);
  g_autoptr (CliSession) session = cli_session_new ();

  if (invocation != NULL)
    return run_invocation (session, root, invocation);
  if (root == &cli_root && g_error_matches (error, CLI_USAGE_ERROR, CLI_USAGE_UNKNOWN_COMMAND))
    return run_plugin_line (line);
  return cli_usage_error (error->message);
}

/* A reader who has seen enough, as `head` has, ends the command without a word. A server in this process has the signal
 * for that ignored. */
static void
end_with_reader (void)
{
  struct pollfd output = { .fd = STDOUT_FILENO };

  if (poll (&output, 1, 0) < 1 || (output.revents & POLLERR) == 0)
    return;
  signal (SIGPIPE, SIG_DFL);
  raise (SIGPIPE);
}

/* What could not be written was not shown: a script must not take it for all there is. */
static int
finish (int status)
{
  int why;

  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  why = errno;
  end_with_reader ();
  return cli_error (NULL, "cannot write to standard output: %s", g_strerror (why));
}

/* Where one of the standard streams is closed, the next file that is opened would be it, and be written into. These
 * cannot be read or written, just as what is closed. */
static void
occupy_standard_streams (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && open ("/", O_PATH) < 0)
      return;
}

int
main (int argc, char **argv)
{
  occupy_standard_streams ();
  /* Which signs a terminal can show is all that the locale decides. */
  setlocale (LC_CTYPE, "");
  return finish (run_line (&cli_root, (const char *const *) argv + (argc > 0 ? 1 : 0)));
}
