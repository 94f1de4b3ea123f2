/* SPDX-License-Identifier: MIT */
/* The help. */
#include "help.h"

#include "display.h"
#include "style.h"

static const struct
{
  CliGroup group;
  const char *title;
} groups[] = {
  { CLI_GROUP_OPERATIONS, "Operations (as current user):" },
  { CLI_GROUP_SERVER, "Server administration:" },
  { CLI_GROUP_PLUMBING, "Plumbing:" },
  { CLI_GROUP_PLUGINS, "From plugins:" },
};

static const struct
{
  const char *name;
  const char *summary;
} variables[] = {
  { "AIMX_CONFIG_DIR", "where config.toml is (/etc/aimx)" },
  { "AIMX_DATA_DIR", "where the mail is, instead of what the configuration says" },
  { "AIMX_RUNTIME_DIR", "where the daemon's socket is (/run/aimx)" },
  { "AIMX_LOG", "what is logged: debug, info, message, warning, or smtp=debug for a module" },
  { "AIMX_NONINTERACTIVE", "1: never ask" },
  { "NO_COLOR", "no colours" },
};

/* ---- usage ---- */

char *
cli_help_get_usage (const CliCommand *command, const char *path)
{
  g_autoptr (GString) usage = g_string_new (NULL);
  const CliArgument *argument = command->arguments;

  g_string_append_printf (usage, "Usage: %s", path);
  if (command->options != NULL || command->subcommands != NULL)
    g_string_append (usage, " [OPTIONS]");
  if (command->subcommands != NULL)
    g_string_append (usage, " <COMMAND>");
  for (; argument != NULL && argument->name != NULL; argument++)
    g_string_append_printf (usage, argument->required ? " <%s>%s" : " [%s]%s", argument->name,
                            argument->repeats ? "..." : "");
  return g_string_free (g_steal_pointer (&usage), FALSE);
}

/* ---- lists of name and summary ---- */

typedef struct
{
  GPtrArray *names;
  GPtrArray *summaries;
} List;

static void
list_clear (List *self)
{
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->summaries);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (List, list_clear)

static List
list_make (void)
{
  return (List){ g_ptr_array_new_with_free_func (g_free), g_ptr_array_new_with_free_func (g_free) };
}

/* (transfer full) @name */
static void
list_add (List *self, char *name, const char *summary)
{
  g_ptr_array_add (self->names, name);
  g_ptr_array_add (self->summaries, cli_display (summary));
}

static guint
list_get_width (const List *self)
{
  guint width = 0;

  for (guint i = 0; i < self->names->len; i++)
    width = MAX (width, cli_display_width (self->names->pdata[i]));
  return width;
}

static void
append_title (GString *text, const char *title, gboolean rich)
{
  g_autofree char *styled = cli_styled (rich, CLI_STYLE_HEADER, title);

  g_string_append_printf (text, "\n%s\n", styled);
}

static void
append_list (GString *text, const char *title, const List *list, guint width, gboolean rich)
{
  if (list->names->len == 0)
    return;
  append_title (text, title, rich);
  for (guint i = 0; i < list->names->len; i++)
    g_string_append_printf (text, "  %s%*s  %s\n", (char *) list->names->pdata[i],
                            (int) (width - cli_display_width (list->names->pdata[i])), "",
                            (char *) list->summaries->pdata[i]);
}

static char *
name_option (const CliOption *option)
{
  g_autofree char *letter = option->letter != 0 ? g_strdup_printf ("-%c, ", option->letter) : g_strdup ("    ");
  g_autofree char *value = option->value == NULL     ? g_strdup ("")
                           : option->implied != NULL ? g_strdup_printf ("[=<%s>]", option->value)
                                                     : g_strdup_printf (" <%s>", option->value);

  return g_strdup_printf ("%s--%s%s%s", letter, option->name, value, option->repeats ? "..." : "");
}

static List
list_options (const CliOption *options)
{
  List list = list_make ();

  for (; options != NULL && options->name != NULL; options++)
    list_add (&list, name_option (options), options->summary);
  return list;
}

static List
list_arguments (const CliArgument *arguments)
{
  List list = list_make ();

  for (; arguments != NULL && arguments->name != NULL; arguments++)
    list_add (&list, g_strdup_printf (arguments->required ? "<%s>" : "[%s]", arguments->name), arguments->summary);
  return list;
}

static List
list_commands (const CliCommand *command, CliGroup group, gboolean any_group)
{
  List list = list_make ();

  for (const CliCommand *const *one = command->subcommands; one != NULL && *one != NULL; one++)
    if (any_group || (*one)->group == group)
      list_add (&list, cli_display ((*one)->name), (*one)->summary);
  return list;
}

static List
list_variables (void)
{
  List list = list_make ();

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    list_add (&list, g_strdup (variables[i].name), variables[i].summary);
  return list;
}

/* ---- the whole ---- */

static void
append_groups (GString *text, const CliCommand *root, gboolean rich)
{
  g_auto (List) all = list_commands (root, CLI_GROUP_HIDDEN, TRUE);

  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      g_auto (List) list = list_commands (root, groups[i].group, FALSE);

      append_list (text, groups[i].title, &list, list_get_width (&all), rich);
    }
}

static void
append_options (GString *text, const CliCommand *command, gboolean is_root, gboolean rich)
{
  g_auto (List) own = list_options (command->options);
  g_auto (List) global = list_options (cli_global_options);
  guint width = MAX (list_get_width (&own), list_get_width (&global));

  append_list (text, "Options:", &own, width, rich);
  append_list (text, "Global options:", &global, width, rich);
  if (is_root)
    {
      g_auto (List) list = list_variables ();

      append_list (text, "Environment:", &list, list_get_width (&list), rich);
    }
}

char *
cli_help_format (const CliCommand *command, const char *path, gboolean rich)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *usage = cli_help_get_usage (command, path);
  g_autofree char *summary = cli_display (command->summary);
  gboolean is_root = command->subcommands == cli_root.subcommands || g_strcmp0 (path, cli_root.name) == 0;

  g_string_append_printf (text, "%s\n\n%s\n", summary, usage);
  if (command->details != NULL)
    g_string_append_printf (text, "\n%s\n", command->details);
  if (is_root)
    append_groups (text, command, rich);
  else
    {
      g_auto (List) arguments = list_arguments (command->arguments);
      g_auto (List) subcommands = list_commands (command, CLI_GROUP_HIDDEN, TRUE);

      append_list (text, "Arguments:", &arguments, list_get_width (&arguments), rich);
      append_list (text, "Commands:", &subcommands, list_get_width (&subcommands), rich);
    }
  append_options (text, command, is_root, rich);
  if (command->example != NULL)
    {
      append_title (text, "Example:", rich);
      g_string_append_printf (text, "  %s\n", command->example);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
