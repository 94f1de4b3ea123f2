/* SPDX-License-Identifier: MIT */
/*
 * Each mistake in a configuration is an error that says where it is and what to do; each oddity that does no harm is a
 * warning.
 */
#include "config/config-private.h"

#include <aimx/error.h>
#include <string.h>

typedef struct
{
  const char *text;
  const char *says; /* behind the name of the file */
} Case;

/* The beginning of most; what follows begins on line 2. */
#define A "domains = [\"a.com\"]\n"
/* A mailbox without a mistake yet, on lines 2 to 4. */
#define I A "[mailboxes.\"i@a.com\"]\naddress = \"i@a.com\"\nowner = \"u\"\n"
/* A hook in it on line 5. */
#define H I "[[mailboxes.\"i@a.com\".hooks]]\n"
/* A catchall on lines 2 and 3. */
#define C A "[mailboxes.\"*@a.com\"]\naddress = \"*@a.com\"\n"

#define AT_I "mailboxes.\"i@a.com\""
#define AT_H "mailboxes.\"i@a.com\".hooks[0]"

static const Case errors[] = {
  { "domains = [\n", "line 1, column 11: this array is not closed" },
  { A A, "line 2, column 1: the key 'domains' is defined already" },
  /* domains */
  { "x = 1\n", "line 1, column 1: `domains` is missing; write domains = [\"example.com\"]" },
  { "[smtp]\n" A, "`domains` is missing; write domains = [\"example.com\"], above the first [table]" },
  { "domains = []\n", "line 1, column 1: domains: it is empty; name at least one domain" },
  { "domains = \"a.com\"\n",
    "line 1, column 1: domains: it is a string but must be an array, such as [\"example.com\"]" },
  { "domains = [1]\n",
    "line 1, column 12: domains[0]: it is an integer but must be a string, such as \"example.com\"" },
  { "domains = [\"a\"]\n",
    "line 1, column 12: domains[0]: 'a' is not a domain: it needs two or more labels of a-z, 0-9 and -, such as "
    "example.com" },
  { "domains = [\"-a.com\"]\n", "line 1, column 12: domains[0]: '-a.com' is not a domain" },
  { "domains = [\"a.com.\"]\n", "line 1, column 12: domains[0]: 'a.com.' is not a domain" },
  { "domains = [\"a.com\\u0000\"]\n", "line 1, column 12: domains[0]: it holds a NUL character; remove it" },
  { "domains = [\"a.com\",\n  \" A.COM\"]\n", "line 2, column 3: domains[1]: \"a.com\" is there twice; remove one" },
  { "domain = \"a.com\"\n" A, "line 1, column 1: domain: `domain` and `domains` are both there; remove `domain`" },
  { A "domain = 1\n",
    "line 2, column 1: domain: it is an integer but must be a table, such as [domain.\"example.com\"]" },
  /* overrides */
  { A "[domain.\"x.com\"]\n",
    "line 2, column 9: domain.\"x.com\": this table is for a domain that is not in `domains`; add it there or remove "
    "the table" },
  { A "[domain]\n\"a.com\" = 1\n", "line 3, column 1: domain.\"a.com\": it is an integer but must be a table" },
  { A "[domain.\"a.com\"]\n[domain.\"A.com\"]\n",
    "line 3, column 9: domain.\"A.com\": \"a.com\" has two of these tables; make them one" },
  { A "[domain.\"a.com\"]\ntrust = \"all\"\n",
    "line 3, column 1: domain.\"a.com\".trust: it is \"all\" but must be \"none\" or \"verified\"" },
  { A "[domain.\"a.com\"]\nsignature = false\n",
    "line 3, column 1: domain.\"a.com\".signature: it is a boolean but must be a string" },
  /* the top */
  { A "trust = \"yes\"\n", "line 2, column 1: trust: it is \"yes\" but must be \"none\" or \"verified\"" },
  { A "trust = true\n", "line 2, column 1: trust: it is a boolean but must be a string, such as \"none\"" },
  { A "trusted_senders = \"x\"\n", "line 2, column 1: trusted_senders: it is a string but must be an array" },
  { A "trusted_senders = [\"a\", \"{b\"]\n",
    "line 2, column 25: trusted_senders[1]: \"{b\" is not a pattern: a { has no }" },
  { A "trusted_senders = [\"a}\"]\n", "\"a}\" is not a pattern: a } has no {" },
  { A "trusted_senders = [\"[a\"]\n", "\"[a\" is not a pattern: a [ has no ]" },
  { A "trusted_senders = [\"\"]\n", "\"\" is not a pattern: a pattern cannot be empty" },
  { A "trusted_senders = [\"{a,{b,c}}\"]\n", "another {" },
  { A "trusted_senders = [\"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}\"]\n", "too many alternatives" },
  { A "data_dir = \"mail\"\n",
    "line 2, column 1: data_dir: \"mail\" is not an absolute path; write one that begins with /" },
  { A "enable_ipv6 = 1\n", "line 2, column 1: enable_ipv6: it is an integer but must be a boolean, such as true" },
  { A "verify_host = 1\n", "line 2, column 1: verify_host: it is an integer but must be a string" },
  { A "dmarc_policy = \"refuse\"\n",
    "line 2, column 1: dmarc_policy: it is \"refuse\" but must be \"mark\" or \"reject\"" },
  { A "[smtp]\nmax_connections = 0\n",
    "line 3, column 1: smtp.max_connections: it is 0 but must be from 1 to 1000000" },
  { A "[smtp]\nmax_connections_per_address = -1\n", "smtp.max_connections_per_address: it is -1 but must be from 1" },
  { A "smtp = 1\n", "line 2, column 1: smtp: it is an integer but must be a table, such as [smtp]" },
  { A "[resolver]\nservers = \"127.0.0.1\"\n",
    "line 3, column 1: resolver.servers: it is a string but must be an array" },
  { A "[resolver]\nservers = [\"::1\", \"dns.example\"]\n",
    "line 3, column 19: resolver.servers[1]: \"dns.example\" is not a name server; write an IP address" },
  { A "[resolver]\nservers = [\"127.0.0.1@0\"]\n", "\"127.0.0.1@0\" is not a name server" },
  { A "[resolver]\nservers = [\"127.0.0.1@65536\"]\n", "\"127.0.0.1@65536\" is not a name server" },
  { A "[resolver]\nservers = [\"127.0.0.1:53\"]\n", "\"127.0.0.1:53\" is not a name server" },
  { A "[resolver]\nservers = [\"\"]\n", "\"\" is not a name server" },
  { A "[resolver]\ntrust_anchor = \"root.key\"\n",
    "line 3, column 1: resolver.trust_anchor: \"root.key\" is not an absolute path; write one that begins with /" },
  { A "[modules]\ndisabled = \"dbus\"\n", "line 3, column 1: modules.disabled: it is a string but must be an array" },
  { A "[upgrade]\nrelease_manifest_url = 1\n", "line 3, column 1: upgrade.release_manifest_url: it is an integer" },
  { A "plugin = 1\n", "line 2, column 1: plugin: it is an integer but must be a table" },
  { A "[[hook_template]]\n",
    "line 2, column 3: hook_template: templates are retired: write the command into each hook" },
  /* addresses */
  { A "mailboxes = 1\n", "line 2, column 1: mailboxes: it is an integer but must be a table" },
  { A "[mailboxes]\n\"i@a.com\" = 1\n", "line 3, column 1: " AT_I ": it is an integer but must be a table" },
  { A "[mailboxes.\"i@a.com\"]\nowner = \"u\"\n",
    "line 2, column 12: " AT_I ": `address` is missing; write address = \"local@domain\"" },
  { A "[mailboxes.\"i@a.com\"]\naddress = \"i\"\n",
    "line 3, column 1: " AT_I ".address: \"i\" has no @; write local@domain" },
  { A "[mailboxes.\"i@a.com\"]\naddress = 1\n", "line 3, column 1: " AT_I ".address: it is an integer" },
  { A "[mailboxes.\"i@b.com\"]\naddress = \"i@b.com\"\n",
    "line 3, column 1: mailboxes.\"i@b.com\".address: \"i@b.com\" is of a domain that is not in `domains`; add it "
    "there" },
  { A "[mailboxes.\"j@a.com\"]\naddress = \"i@a.com\"\n",
    "line 2, column 12: mailboxes.\"j@a.com\": its key is not its address \"i@a.com\"; make them equal" },
  { A "[mailboxes.\"i@a.com\\u0000\"]\naddress = \"i@a.com\"\n", "its key holds a NUL character" },
  { A "[mailboxes.x]\naddress = \"catchall@a.com\"\n",
    "line 3, column 1: mailboxes.x.address: \"catchall@a.com\" cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"aimx-catchall@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"..@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \".@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"a/b@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"a@b@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"a\\u007Fb@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"a\\u0085b@a.com\"\n", "cannot be a mailbox" },
  { A "[mailboxes.x]\naddress = \"0123456789012345678901234567890123456789012345678901234567890123x@a.com\"\n",
    "cannot be a mailbox" },
  { I "[mailboxes.i]\naddress = \"I@A.com\"\nowner = \"u\"\n",
    "line 5, column 12: mailboxes.i: the address \"I@A.com\" is used by two mailboxes; remove one" },
  { I "[mailboxes.\"i@A.com\"]\naddress = \"i@a.com\"\nowner = \"u\"\n",
    "line 5, column 12: mailboxes.\"i@A.com\": the address" },
  /* owners */
  { A "[mailboxes.\"i@a.com\"]\naddress = \"i@a.com\"\n",
    "line 2, column 12: " AT_I ": `owner` is missing; write owner = \"<user>\"" },
  { A "[mailboxes.\"i@a.com\"]\naddress = \"i@a.com\"\nowner = \" \"\n",
    "line 4, column 1: " AT_I ".owner: `owner` is missing" },
  { A "[mailboxes.\"i@a.com\"]\naddress = \"i@a.com\"\nowner = \"U!\"\n",
    "line 4, column 1: " AT_I ".owner: \"U!\" is not the name of a user" },
  { A "[mailboxes.\"i@a.com\"]\naddress = \"i@a.com\"\nowner = \"root\"\n",
    "line 4, column 1: " AT_I ".owner: root can own only a catchall with allow_root_catchall = true; name another "
    "user" },
  { C "owner = \"root\"\n", "line 4, column 1: mailboxes.\"*@a.com\".owner: root can own only a catchall" },
  { I "allow_root_catchall = true\n",
    "line 5, column 1: " AT_I ".allow_root_catchall: it is only for a catchall; remove it" },
  { I "trust = \"x\"\n", "line 5, column 1: " AT_I ".trust: it is \"x\" but must be \"none\" or \"verified\"" },
  { I "raw = \"yes\"\n", "line 5, column 1: " AT_I ".raw: it is a string but must be a boolean" },
  /* hooks */
  { C "owner = \"u\"\n[[mailboxes.\"*@a.com\".hooks]]\nevent = \"on_receive\"\ncmd = [\"/x\"]\n",
    "line 5, column 23: mailboxes.\"*@a.com\".hooks: a catchall can have no hooks; put them on a mailbox" },
  { I "[[mailboxes.\"i@a.com\".on_receive]]\n",
    "line 5, column 23: " AT_I ".on_receive: this form is retired: write [[mailboxes.\"<address>\".hooks]] with event "
    "= \"on_receive\"" },
  { I "hooks = 1\n", "line 5, column 1: " AT_I ".hooks: it is an integer but must be an array" },
  { I "hooks = [1]\n", "line 5, column 10: " AT_H ": it is an integer but must be a table" },
  { H "event = \"on_receive\"\n",
    "line 5, column 23: " AT_H ": `cmd` is missing; write cmd = [\"/path/to/program\", \"argument\"]" },
  { H "cmd = [\"/x\"]\n", "line 5, column 23: " AT_H ": `event` is missing" },
  { H "event = \"x\"\n", "line 6, column 1: " AT_H ".event: it is \"x\" but must be \"on_receive\" or \"after_send\"" },
  { H "event = \"on_receive\"\ntype = \"x\"\n",
    "line 7, column 1: " AT_H ".type: it is \"x\" but can only be \"cmd\"" },
  { H "event = \"on_receive\"\ncmd = []\n", "line 7, column 1: " AT_H ".cmd: it is empty; write cmd = [" },
  { H "event = \"on_receive\"\ncmd = \"/x\"\n", "line 7, column 1: " AT_H ".cmd: it is a string but must be an array" },
  { H "event = \"on_receive\"\ncmd = [\"x\"]\n",
    "line 7, column 8: " AT_H ".cmd[0]: \"x\" must be an absolute path, as in cmd = [" },
  { H "event = \"on_receive\"\ncmd = [\" \"]\n", "\" \" must be an absolute path" },
  { H "event = \"on_receive\"\ncmd = [\"/x\", \"a\\u0000\"]\n", AT_H ".cmd[1]: it holds a NUL character" },
  { H "event = \"on_receive\"\ncmd = [\"/x\"]\ntimeout_secs = 601\n",
    "line 8, column 1: " AT_H ".timeout_secs: it is 601 but must be from 1 to 600" },
  { H "event = \"on_receive\"\ncmd = [\"/x\"]\ntimeout_secs = 0\n", "it is 0 but must be from 1 to 600" },
  { H "event = \"after_send\"\ncmd = [\"/x\"]\nfire_on_untrusted = true\n",
    "line 8, column 1: " AT_H ".fire_on_untrusted: it is only for event = \"on_receive\"; remove it" },
  { H "event = \"on_receive\"\ncmd = [\"/x\"]\nname = \".x\"\n",
    "line 8, column 1: " AT_H ".name: \".x\" is no name for a hook" },
  { H "event = \"on_receive\"\ncmd = [\"/x\"]\nname = \"\"\n", "\"\" is no name for a hook" },
  { H "colour = 1\n", "line 6, column 1: " AT_H ".colour: a hook has no such key; it has name, event" },
  { H "run_as = 1\n", "line 6, column 1: " AT_H ".run_as: this key is retired: hooks run as the mailbox's owner" },
  { H "origin = 1\n", "this key is retired: it has no meaning" },
  { H "dangerously_support_untrusted = 1\n", "this key is retired: write fire_on_untrusted = true" },
  { H "template = 1\n", "this key is retired: write the command itself" },
  { H "params = 1\n", "this key is retired: write the arguments into cmd" },
  { H "stdin = 1\n", "this key is retired: the message always comes" },
  { H
    "event = \"on_receive\"\ncmd = [\"/x\"]\n[[mailboxes.\"i@a.com\".hooks]]\nevent = \"on_receive\"\ncmd = [\"/x\"]\n",
    "line 8, column 23: mailboxes.\"i@a.com\".hooks[1]: the hook name '" },
  { H "event = \"on_receive\"\ncmd = [\"/x\"]\nname = \"n\"\n[mailboxes.\"j@a.com\"]\naddress = \"j@a.com\"\nowner = "
      "\"u\"\nhooks = [{ event = \"after_send\", cmd = [\"/y\"], name = \"n\" }]\n",
    "line 12, column 10: mailboxes.\"j@a.com\".hooks[0]: the hook name 'n', set here, is that of a hook of mailbox "
    "i@a.com already, set there; set another `name`" },
};

static const Case warnings[] = {
  { A "colour = 1\n", "line 2, column 1: colour: unknown key, ignored" },
  { A "trusted_sender = []\n",
    "line 2, column 1: trusted_sender: unknown key, ignored; did you mean 'trusted_senders'?" },
  { A "x = 1\n", "line 2, column 1: x: unknown key, ignored" },
  { A "[smtp]\nmax_conections = 1\n",
    "line 3, column 1: smtp.max_conections: unknown key, ignored; did you mean 'max_connections'?" },
  { A "[resolver]\nserver = []\n", "line 3, column 1: resolver.server: unknown key, ignored; did you mean 'servers'?" },
  { A "[modules]\ndisable = []\n", "modules.disable: unknown key, ignored; did you mean 'disabled'?" },
  { A "[upgrade]\nurl = 1\n", "upgrade.url: unknown key, ignored" },
  { A "[domain.\"a.com\"]\nselector = 1\n", "line 3, column 1: domain.\"a.com\".selector: unknown key, ignored" },
  { I "ownr = 1\n", "line 5, column 1: " AT_I ".ownr: unknown key, ignored; did you mean 'owner'?" },
  { C "owner = \"root\"\nallow_root_catchall = true\n",
    "line 4, column 1: mailboxes.\"*@a.com\".owner: the catchall is owned by root; a user of its own is safer" },
};

/* What is right, and looks as if it might not be. */
static const char *const fine[] = {
  A "[plugin.search]\nanything = { goes = 1 }\n",
  C "owner = \"aimx-catchall\"\nallow_root_catchall = false\n",
  A "[mailboxes.\"I@A.com\"]\naddress = \"I@a.com\"\nowner = \"u$\"\n",
  A "[mailboxes.anything]\naddress = \"sales@a.com\"\nowner = \"u\"\n",
  A "[mailboxes.\"ä b@a.com\"]\naddress = \"ä b@a.com\"\nowner = \"u\"\n",
  H "event = \"after_send\"\ncmd = [\"/x\", \"\"]\nfire_on_untrusted = false\ntype = \"cmd\"\ntimeout_secs = 600\n",
  C "owner = \"u\"\nhooks = []\n",
  A "trusted_senders = [\"[]]\", \"[!]]x\", \"{[,}],b}\", \"{}\"]\n",
};

static void
test_each_mistake_is_an_error_with_its_place_and_repair (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AimxConfig) config = aimx_config_parse ("c", errors[i].text, strlen (errors[i].text), &error);

      if (config != NULL)
        g_error ("this is accepted:\n%s", errors[i].text);
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
      if (!g_str_has_prefix (error->message, "c: line ") || strstr (error->message, errors[i].says) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, errors[i].says);
    }
}

static AimxConfig *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  AimxConfig *config = aimx_config_parse ("c", text, strlen (text), &error);

  if (config == NULL)
    g_error ("%s:\n%s", error->message, text);
  return config;
}

static void
test_each_oddity_is_a_warning (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (warnings); i++)
    {
      g_autoptr (AimxConfig) config = parse (warnings[i].text);
      const char *const *said = aimx_config_get_warnings (config);

      if (said[0] == NULL || said[1] != NULL || !g_str_has_suffix (said[0], warnings[i].says))
        g_error ("\"%s\" is not \"%s\"", said[0], warnings[i].says);
    }
}

static void
test_what_is_fine_is_not_even_warned_about (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fine); i++)
    {
      g_autoptr (AimxConfig) config = parse (fine[i]);

      g_assert_cmpstr (aimx_config_get_warnings (config)[0], ==, NULL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config-mistakes/errors", test_each_mistake_is_an_error_with_its_place_and_repair);
  g_test_add_func ("/config-mistakes/warnings", test_each_oddity_is_a_warning);
  g_test_add_func ("/config-mistakes/fine", test_what_is_fine_is_not_even_warned_about);
  return g_test_run ();
}
