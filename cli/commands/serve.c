/* SPDX-License-Identifier: MIT */
/* `aimx serve`: the daemon. It stays in the foreground, for a service manager or a terminal. */
#include "arguments.h"
#include "errors.h"
#include "local.h"

static int
serve (const AimxLocal *local, const AimxServerSettings *settings)
{
  g_autoptr (GError) error = NULL;
  AimxServer *server = local->open (settings, &error);
  gboolean started = server != NULL && local->serve (server, &error);

  if (server != NULL)
    local->close (server);
  return started ? CLI_EXIT_DONE : cli_error (NULL, "%s", error->message);
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const AimxLocal *local = cli_local_load ();
  AimxServerSettings settings = cli_local_get_settings (session, AIMX_SERVER_DAEMON);

  if (local == NULL)
    return CLI_EXIT_FAILED;
  settings.binds = cli_invocation_get_all (invocation, "bind");
  settings.tls_cert = cli_invocation_get (invocation, "tls-cert");
  settings.tls_key = cli_invocation_get (invocation, "tls-key");
  local->start_log (NULL);
  return serve (local, &settings);
}

static const CliOption options[] = {
  { "bind", 0, "ADDR:PORT", TRUE, "where to take mail in (0.0.0.0:25)" },
  { "tls-cert", 0, "FILE", FALSE, "certificate chain (/etc/ssl/aimx/cert.pem)" },
  { "tls-key", 0, "FILE", FALSE, "private key (/etc/ssl/aimx/key.pem)" },
  { NULL },
};

const CliCommand cli_command_serve = {
  .name = "serve",
  .summary = "Run the mail server in the foreground",
  .example = "sudo aimx serve --bind 0.0.0.0:25 --bind '[::]:25'",
  .group = CLI_GROUP_SERVER,
  .options = options,
  .run = run,
};
