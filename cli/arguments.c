/* SPDX-License-Identifier: MIT */
/* The one parser of the command line. */
#include "arguments.h"

#include "display.h"
#include "errors.h"
#include "help.h"
#include "nearest.h"

#include <string.h>

GQuark
cli_usage_error_quark (void)
{
  return g_quark_from_static_string ("cli-usage-error-quark");
}

typedef struct
{
  const CliCommand *root;
  const char *const *rest; /* what is still to be read */
  gboolean only_arguments; /* `--` was read */
  CliInvocation *found;
} Parser;

/* ---- what is wrong ---- */

/* @tip: (nullable): what may have been meant */
static char *
complete_error (const CliInvocation *found, const char *what, const char *tip)
{
  g_autofree char *usage = cli_help_get_usage (found->command, found->path);

  return g_strdup_printf ("%s%s%s\n\n%s\n\nFor more information, try '--help'.", what, tip != NULL ? "\n\n  tip: " : "",
                          tip != NULL ? tip : "", usage);
}

/* (transfer full) @what, @tip */
static gboolean
fail (Parser *self, CliUsageError code, GError **error, char *what, char *tip)
{
  g_autofree char *text = complete_error (self->found, what, tip);

  g_set_error_literal (error, CLI_USAGE_ERROR, code, text);
  g_free (what);
  g_free (tip);
  return FALSE;
}

/* @nearest: (nullable) */
static char *
make_tip (const char *kind, const char *nearest)
{
  return nearest != NULL ? g_strdup_printf ("a similar %s exists: '%s'", kind, nearest) : NULL;
}

static gboolean
fail_unexpected (Parser *self, const char *argument, const char *option, GError **error)
{
  g_autofree char *shown = cli_display (argument);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *dashed = NULL;
  char *tip;
  const CliOption *tables[] = { self->found->command->options, cli_global_options };
  const char *nearest = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const CliOption *one = tables[i]; one != NULL && one->name != NULL; one++)
      g_ptr_array_add (names, (gpointer) one->name);
  if (option != NULL)
    nearest = cli_nearest (option, (const char *const *) names->pdata, names->len);
  if (nearest != NULL)
    dashed = g_strconcat ("--", nearest, NULL);
  tip = make_tip ("argument", dashed);
  if (tip == NULL && *shown == '-' && self->found->command->arguments != NULL)
    tip = g_strdup_printf ("to pass '%s' as a value, use '-- %s'", shown, shown);
  return fail (self, CLI_USAGE_WRONG, error, g_strdup_printf ("unexpected argument '%s'", shown), tip);
}

static gboolean
fail_unknown_command (Parser *self, const char *name, GError **error)
{
  const CliCommand *command = self->found->command;
  g_autofree char *shown = cli_display (name);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (const CliCommand *const *one = command->subcommands; *one != NULL; one++)
    g_ptr_array_add (names, (gpointer) (*one)->name);
  return fail (self, command == self->root ? CLI_USAGE_UNKNOWN_COMMAND : CLI_USAGE_WRONG, error,
               g_strdup_printf ("unrecognized subcommand '%s'", shown),
               make_tip ("subcommand", cli_nearest (name, (const char *const *) names->pdata, names->len)));
}

static gboolean
fail_missing_command (Parser *self, GError **error)
{
  g_autoptr (GString) what = g_string_new (NULL);

  g_string_printf (what, "'%s' requires a subcommand\n  [subcommands:", self->found->path);
  for (const CliCommand *const *one = self->found->command->subcommands; *one != NULL; one++)
    g_string_append_printf (what, "%s %s", one == self->found->command->subcommands ? "" : ",", (*one)->name);
  g_string_append_c (what, ']');
  return fail (self, CLI_USAGE_WRONG, error, g_string_free (g_steal_pointer (&what), FALSE), NULL);
}

/* ---- options ---- */

static const CliOption *
find_in (const CliOption *options, const char *name, gsize length, char letter)
{
  for (; options != NULL && options->name != NULL; options++)
    if (letter != 0 ? options->letter == letter
                    : strlen (options->name) == length && strncmp (options->name, name, length) == 0)
      return options;
  return NULL;
}

static const CliOption *
find_option (Parser *self, const char *name, gsize length, char letter)
{
  const CliOption *option = find_in (self->found->command->options, name, length, letter);

  return option != NULL ? option : find_in (cli_global_options, name, length, letter);
}

static gboolean
add_value (Parser *self, const CliOption *option, const char *value, GError **error)
{
  GStrv values = g_hash_table_lookup (self->found->options, option->name);
  guint n_values = values != NULL ? g_strv_length (values) : 0;

  if (n_values > 0 && !option->repeats && option->value != NULL)
    return fail (self, CLI_USAGE_WRONG, error,
                 g_strdup_printf ("the argument '--%s <%s>' cannot be used multiple times", option->name,
                                  option->value),
                 NULL);
  g_hash_table_steal (self->found->options, option->name);
  values = g_renew (char *, values, n_values + 2);
  values[n_values] = g_strdup (value);
  values[n_values + 1] = NULL;
  g_hash_table_insert (self->found->options, (gpointer) option->name, values);
  return TRUE;
}

/* @inlined: (nullable): what stands in the same word. */
static gboolean
take_option (Parser *self, const CliOption *option, const char *inlined, GError **error)
{
  g_autofree char *shown = NULL;

  if (option->value == NULL && inlined != NULL)
    {
      shown = cli_display (inlined);
      return fail (self, CLI_USAGE_WRONG, error,
                   g_strdup_printf ("unexpected value '%s' for '--%s', which takes none", shown, option->name), NULL);
    }
  if (option == &cli_global_options[CLI_GLOBAL_HELP])
    self->found->wish = CLI_WISH_HELP;
  if (option == &cli_global_options[CLI_GLOBAL_VERSION])
    self->found->wish = CLI_WISH_VERSION;
  if (option->value == NULL)
    return add_value (self, option, "", error);
  if (inlined == NULL)
    inlined = option->implied;
  if (inlined == NULL)
    inlined = *self->rest != NULL ? *self->rest++ : NULL;
  if (inlined == NULL || (*inlined == '\0' && !option->may_be_empty))
    return fail (self, CLI_USAGE_WRONG, error,
                 g_strdup_printf ("a value is required for '--%s <%s>'", option->name, option->value), NULL);
  return add_value (self, option, inlined, error);
}

static gboolean
take_long_option (Parser *self, const char *word, GError **error)
{
  const char *name = word + 2;
  const char *equals = strchr (name, '=');
  gsize length = equals != NULL ? (gsize) (equals - name) : strlen (name);
  const CliOption *option = find_option (self, name, length, 0);
  g_autofree char *bare = g_strndup (word, length + 2);

  if (option == NULL)
    return fail_unexpected (self, bare, bare + 2, error);
  return take_option (self, option, equals != NULL ? equals + 1 : NULL, error);
}

static gboolean
take_letters (Parser *self, const char *word, GError **error)
{
  for (const char *letter = word + 1; *letter != '\0'; letter++)
    {
      const CliOption *option = find_option (self, NULL, 0, *letter);

      if (option == NULL)
        return fail_unexpected (self, word, NULL, error);
      if (option->value != NULL)
        return take_option (self, option, letter[1] != '\0' ? letter + 1 + (letter[1] == '=') : NULL, error);
      if (!take_option (self, option, NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the rest ---- */

static gboolean
take_command (Parser *self, const char *name, GError **error)
{
  const CliCommand *command = cli_command_find (self->found->command, name);
  char *path;

  if (command == NULL)
    return fail_unknown_command (self, name, error);
  path = g_strdup_printf ("%s %s", self->found->path, command->name);
  g_free (self->found->path);
  self->found->path = path;
  self->found->command = command;
  return TRUE;
}

static gboolean
take_argument (Parser *self, const char *word, GError **error)
{
  const CliArgument *argument = self->found->command->arguments;
  guint n_arguments = g_strv_length (self->found->arguments);

  for (guint i = 0; argument != NULL && argument->name != NULL && !argument->repeats && i < n_arguments; i++)
    argument++;
  if (argument == NULL || argument->name == NULL)
    return fail_unexpected (self, word, NULL, error);
  self->found->arguments = g_renew (char *, self->found->arguments, n_arguments + 2);
  self->found->arguments[n_arguments] = g_strdup (word);
  self->found->arguments[n_arguments + 1] = NULL;
  return TRUE;
}

static gboolean
take_word (Parser *self, const char *word, GError **error)
{
  if (!self->only_arguments && strcmp (word, "--") == 0)
    {
      self->only_arguments = TRUE;
      return TRUE;
    }
  if (!self->only_arguments && g_str_has_prefix (word, "--"))
    return take_long_option (self, word, error);
  if (!self->only_arguments && word[0] == '-' && word[1] != '\0')
    return take_letters (self, word, error);
  if (self->found->command->subcommands != NULL)
    return take_command (self, word, error);
  return take_argument (self, word, error);
}

static gboolean
check_complete (Parser *self, GError **error)
{
  const CliArgument *argument = self->found->command->arguments;

  if (self->found->command == self->root)
    {
      self->found->wish = CLI_WISH_HELP;
      return TRUE;
    }
  if (self->found->command->subcommands != NULL)
    return fail_missing_command (self, error);
  for (guint i = 0; argument != NULL && argument->name != NULL; i++, argument++)
    if (argument->required && i >= g_strv_length (self->found->arguments))
      return fail (self, CLI_USAGE_WRONG, error, g_strdup_printf ("<%s> is missing", argument->name), NULL);
  return TRUE;
}

CliInvocation *
cli_arguments_parse (const CliCommand *root, const char *const *argv, GError **error)
{
  g_autoptr (CliInvocation) found = g_new0 (CliInvocation, 1);
  Parser parser = { .root = root, .rest = argv, .found = found };

  found->command = root;
  found->path = g_strdup (root->name);
  found->options = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_strfreev);
  found->arguments = g_new0 (char *, 1);
  while (*parser.rest != NULL)
    {
      if (!take_word (&parser, *parser.rest++, error))
        return NULL;
      /* Whoever asks for help need not have the rest right. */
      if (found->wish != CLI_WISH_RUN)
        return g_steal_pointer (&found);
    }
  return check_complete (&parser, error) ? g_steal_pointer (&found) : NULL;
}

/* ---- what was found ---- */

void
cli_invocation_free (CliInvocation *self)
{
  g_strfreev (self->arguments);
  g_hash_table_unref (self->options);
  g_free (self->path);
  g_free (self);
}

const char *const *
cli_invocation_get_all (const CliInvocation *self, const char *option)
{
  return g_hash_table_lookup (self->options, option);
}

gboolean
cli_invocation_has (const CliInvocation *self, const char *option)
{
  return cli_invocation_get_all (self, option) != NULL;
}

const char *
cli_invocation_get (const CliInvocation *self, const char *option)
{
  const char *const *values = cli_invocation_get_all (self, option);

  return values != NULL ? values[0] : NULL;
}

const char *
cli_invocation_get_argument (const CliInvocation *self, guint index)
{
  return index < g_strv_length (self->arguments) ? self->arguments[index] : NULL;
}

int
cli_invocation_fail (const CliInvocation *self, const char *format, ...)
{
  g_autofree char *what = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  shown = cli_display (what);
  text = complete_error (self, shown, NULL);
  return cli_usage_error (text);
}
