/* SPDX-License-Identifier: MIT */
/* `aimx domains add`: and what is to be published for the domain. */
#include "answer.h"
#include "arguments.h"
#include "dns-check.h"
#include "dns-records.h"
#include "domain-call.h"
#include "errors.h"
#include "server-address.h"

#include <stdio.h>

/* The name that the server greets with, which is its default domain; %NULL when the error has been told. */
static char *
find_host (CliSession *session)
{
  const CliCall call = { .verb = "DOMAIN-LIST", .access = CLI_ACCESS_ROOT_READ };
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonArray) domains = NULL;

  if (cli_domain_call (session, &call, &answer) != CLI_EXIT_DONE)
    return NULL;
  domains = cli_answer_get_array (answer);
  for (guint i = 0; domains != NULL && i < json_array_get_length (domains); i++)
    {
      JsonObject *domain = json_array_get_object_element (domains, i);

      if (cli_object_get_boolean (domain, "default"))
        return g_strdup (cli_object_get_string (domain, "domain"));
    }
  return NULL;
}

static void
explain_placeholder (const char *kind, GInetAddress *address)
{
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;

  if (address == NULL)
    cli_hint ("This machine has no %s route to the Internet: put in the address under which the world reaches it.",
              kind);
  else if (!cli_server_address_is_public (address))
    cli_hint ("%s is known in its own network only: put in the %s address under which the world reaches this server.",
              text, kind);
}

static GPtrArray *
print_records (const char *domain, const char *host, JsonObject *keys)
{
  g_autoptr (GInetAddress) ipv4 = cli_server_address_find (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GInetAddress) ipv6 = cli_server_address_find (G_SOCKET_FAMILY_IPV6);
  GPtrArray *records = cli_dns_records_new (domain, host, ipv4, ipv6, cli_object_get_array (keys, "records"));

  puts ("\nPublish these DNS records:\n");
  cli_dns_records_print (records);
  explain_placeholder ("IPv4", ipv4);
  if (ipv6 != NULL)
    explain_placeholder ("IPv6", ipv6);
  cli_hint ("PTR records are set by whoever provides the addresses.");
  return records;
}

static int
show (CliSession *session, const CliInvocation *invocation, const char *typed)
{
  g_autoptr (AimxClientAnswer) answer = NULL;
  g_autoptr (JsonObject) keys = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autofree char *host = NULL;
  const char *domain, *dkim_dir;
  int status = cli_domain_show_keys (session, typed, &answer);

  if (status != CLI_EXIT_DONE)
    return status;
  if (cli_invocation_has (invocation, "json"))
    {
      cli_answer_print (answer);
      return CLI_EXIT_DONE;
    }
  keys = cli_answer_get_object (answer);
  host = keys != NULL ? find_host (session) : NULL;
  if (host == NULL)
    return CLI_EXIT_FAILED;
  domain = cli_object_get_string (keys, "domain");
  dkim_dir = cli_object_get_string (keys, "dkim_dir");
  cli_success ("DKIM keypair in %s", dkim_dir != NULL ? dkim_dir : "?");
  records = print_records (domain != NULL ? domain : typed, host, keys);
  if (cli_invocation_has (invocation, "no-dns-check"))
    cli_hint ("The DNS check was skipped.");
  else
    cli_dns_check_after_publishing (session, records);
  return CLI_EXIT_DONE;
}

static int
run (CliSession *session, const CliInvocation *invocation)
{
  const char *domain = cli_invocation_get_argument (invocation, 0);
  const char *selector = cli_invocation_get (invocation, "selector");
  const char *const headers[] = { "Domain", domain, selector != NULL ? "Selector" : NULL, selector, NULL };
  const CliCall call = { .verb = "DOMAIN-ADD", .access = CLI_ACCESS_CHANGE, .headers = headers };
  int status = cli_domain_call (session, &call, NULL);

  if (status != CLI_EXIT_DONE)
    return status;
  if (!cli_invocation_has (invocation, "json"))
    cli_success ("Domain '%s' added", domain);
  return show (session, invocation, domain);
}

static const CliOption options[] = {
  { "selector", 0, "NAME", FALSE, "DKIM selector of this domain (the server's)" },
  { "no-dns-check", 0, NULL, FALSE, "do not look whether the records are published" },
  { "json", 0, NULL, FALSE, "print its keys as JSON" },
  { NULL },
};

static const CliArgument arguments[] = {
  { "DOMAIN", TRUE, FALSE, "domain to take mail for" },
  { NULL },
};

const CliCommand cli_command_domains_add = {
  .name = "add",
  .summary = "Add a domain with a DKIM key, and show the DNS records to publish",
  .details = "A key that is there from an earlier time is used again.",
  .example = "sudo aimx domains add agents.example",
  .options = options,
  .arguments = arguments,
  .run = run,
};
