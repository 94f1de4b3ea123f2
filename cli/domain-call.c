/* SPDX-License-Identifier: MIT */
/* Verbs on domains. */
#include "domain-call.h"

#include "errors.h"

#include <string.h>
#include <unistd.h>

int
cli_domain_call (CliSession *session, const CliCall *call, AimxClientAnswer **answer)
{
  int status = CLI_EXIT_DONE;
  g_autoptr (AimxClientAnswer) received = cli_call (session, call, &status);

  if (received == NULL)
    return status;
  if (received->code != NULL)
    return cli_call_tell (received, strcmp (received->code, "EACCES") == 0 && geteuid () != 0
                                        ? "Domains are root's: try it with sudo."
                                        : NULL);
  if (answer != NULL)
    *answer = g_steal_pointer (&received);
  return CLI_EXIT_DONE;
}

int
cli_domain_show_keys (CliSession *session, const char *domain, AimxClientAnswer **answer)
{
  const char *const headers[] = { "Domain", domain, NULL };
  const CliCall call = { .verb = "DKIM-SHOW", .access = CLI_ACCESS_ROOT_READ, .headers = headers };

  return cli_domain_call (session, &call, answer);
}
