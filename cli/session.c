/* SPDX-License-Identifier: MIT */
/* One run of the command. */
#include "session.h"

#include "local.h"

#define CONFIG_DIR  "/etc/aimx"
#define RUNTIME_DIR "/run/aimx"

/* What a person wants to hear in the middle of a command. */
#define LOG_FILTER "warning"

/* An empty variable is one that is not set. */
static const char *
get_variable (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

static char *
get_directory (const char *variable, const char *fallback)
{
  const char *value = get_variable (variable);

  return g_canonicalize_filename (value != NULL ? value : fallback, NULL);
}

CliSession *
cli_session_new (void)
{
  CliSession *self = g_new0 (CliSession, 1);
  const char *noninteractive = get_variable ("AIMX_NONINTERACTIVE");

  self->config_dir = get_directory ("AIMX_CONFIG_DIR", CONFIG_DIR);
  self->runtime_dir = get_directory ("AIMX_RUNTIME_DIR", RUNTIME_DIR);
  self->socket = g_build_filename (self->runtime_dir, "aimx.sock", NULL);
  self->config_file = g_build_filename (self->config_dir, "config.toml", NULL);
  self->noninteractive = noninteractive != NULL && g_strcmp0 (noninteractive, "0") != 0;
  self->log_filter = LOG_FILTER;
  cli_session_set_data_dir (self, NULL);
  return self;
}

void
cli_session_set_data_dir (CliSession *self, const char *option)
{
  const char *value = option != NULL ? option : get_variable ("AIMX_DATA_DIR");
  char *data_dir = value != NULL ? g_canonicalize_filename (value, NULL) : NULL;

  if (g_strcmp0 (data_dir, self->data_dir) != 0)
    cli_local_close (self);
  g_free (self->data_dir);
  self->data_dir = data_dir;
}

void
cli_session_free (CliSession *self)
{
  cli_local_close (self);
  g_free (self->config_file);
  g_free (self->socket);
  g_free (self->data_dir);
  g_free (self->runtime_dir);
  g_free (self->config_dir);
  g_free (self);
}
