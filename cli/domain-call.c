/* SPDX-License-Identifier: MIT */
/* Verbs on domains. */
#include "domain-call.h"

#include "answer.h"
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

static JsonObject *
find_default (JsonArray *domains)
{
  for (guint i = 0; domains != NULL && i < json_array_get_length (domains); i++)
    if (cli_object_get_boolean (json_array_get_object_element (domains, i), "default"))
      return json_array_get_object_element (domains, i);
  return NULL;
}

void
cli_domain_warn_about_default (CliSession *session)
{
  const CliCall call = { .verb = "DOMAIN-LIST", .access = CLI_ACCESS_ROOT_READ };
  int status = CLI_EXIT_DONE;
  g_autoptr (AimxClientAnswer) answer = cli_call (session, &call, &status);
  g_autoptr (JsonArray) domains = answer != NULL && answer->code == NULL ? cli_answer_get_array (answer) : NULL;
  JsonObject *domain = find_default (domains);
  const char *name = domain != NULL ? cli_object_get_string (domain, "domain") : NULL;

  if (name != NULL && !cli_object_get_boolean (domain, "dkim_loaded"))
    cli_warning ("The default domain is %s, which has no key that its mail can be signed with: `aimx serve` will not "
                 "start. Make one with `aimx dkim-keygen --domain %s`.",
                 name, name);
}
