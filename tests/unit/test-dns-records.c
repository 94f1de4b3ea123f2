/* SPDX-License-Identifier: MIT */
/* Promises of what a new domain is told to publish: cli/dns-records.c, cli/server-address.c. */
#include "dns-records.h"

#include "server-address.h"

#include <string.h>

/* Longer than a terminal is wide, and than a string of a TXT record may be. */
#define KEY  "v=DKIM1; k=rsa; p=" LONG LONG LONG LONG LONG LONG LONG LONG
#define LONG "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"

static JsonArray *
make_keys (void)
{
  static const char text[] = "[{\"name\": \"aimx._domainkey.b.com\", \"type\": \"TXT\", \"value\": \"" KEY "\"},"
                             " {\"name\": \"aimx-ed25519._domainkey.b.com\", \"type\": \"TXT\", \"value\": \"v=DKIM1;"
                             " k=ed25519; p=AA==\"}, {\"name\": 5}, \"x\"]";
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  return json_node_dup_array (node);
}

/* A line a record: type, name and value with one blank between. */
static void
assert_records (GPtrArray *records, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      const CliDnsRecord *record = records->pdata[i];

      g_string_append_printf (text, "%s %s %s\n", record->type, record->name, record->value);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_a_domain_needs_these (void)
{
  g_autoptr (GInetAddress) ipv4 = g_inet_address_new_from_string ("203.0.113.5");
  g_autoptr (GInetAddress) ipv6 = g_inet_address_new_from_string ("2001:db8::5");
  g_autoptr (JsonArray) keys = make_keys ();
  g_autoptr (GPtrArray) records = cli_dns_records_new ("b.com", "a.com", ipv4, ipv6, keys);

  assert_records (records, "A b.com 203.0.113.5\n"
                           "AAAA b.com 2001:db8::5\n"
                           "MX b.com 10 b.com.\n"
                           "TXT b.com v=spf1 ip4:203.0.113.5 ip6:2001:db8::5 -all\n"
                           "TXT aimx._domainkey.b.com " KEY "\n"
                           "TXT aimx-ed25519._domainkey.b.com v=DKIM1; k=ed25519; p=AA==\n"
                           "TXT _dmarc.b.com v=DMARC1; p=reject; rua=mailto:postmaster@b.com\n"
                           "PTR 203.0.113.5 a.com\n"
                           "PTR 2001:db8::5 a.com\n");
}

static void
test_addresses_that_the_world_does_not_know_are_left_to_the_person (void)
{
  g_autoptr (GInetAddress) ipv4 = g_inet_address_new_from_string ("10.1.2.3");
  g_autoptr (GInetAddress) ipv6 = g_inet_address_new_from_string ("fd00::1");
  g_autoptr (GPtrArray) private = cli_dns_records_new ("b.com", "b.com", ipv4, ipv6, NULL);
  g_autoptr (GPtrArray) none = cli_dns_records_new ("b.com", "b.com", NULL, NULL, NULL);

  assert_records (private, "A b.com <IPv4 of this server>\n"
                           "AAAA b.com <IPv6 of this server>\n"
                           "MX b.com 10 b.com.\n"
                           "TXT b.com v=spf1 ip4:<IPv4 of this server> ip6:<IPv6 of this server> -all\n"
                           "TXT _dmarc.b.com v=DMARC1; p=reject; rua=mailto:postmaster@b.com\n"
                           "PTR <IPv4 of this server> b.com\n"
                           "PTR <IPv6 of this server> b.com\n");
  assert_records (none, "A b.com <IPv4 of this server>\n"
                        "MX b.com 10 b.com.\n"
                        "TXT b.com v=spf1 ip4:<IPv4 of this server> -all\n"
                        "TXT _dmarc.b.com v=DMARC1; p=reject; rua=mailto:postmaster@b.com\n"
                        "PTR <IPv4 of this server> b.com\n");
}

static void
test_a_record_is_a_line_that_is_never_cut (void)
{
  g_autoptr (JsonArray) keys = make_keys ();
  g_autoptr (GPtrArray) records = cli_dns_records_new_for_keys (keys);
  g_autofree char *text = cli_dns_records_format (records, FALSE);

  g_assert_cmpstr (text, ==,
                   "TYPE  NAME                           VALUE\n"
                   "TXT   aimx._domainkey.b.com          " KEY "\n"
                   "TXT   aimx-ed25519._domainkey.b.com  v=DKIM1; k=ed25519; p=AA==\n");
}

static void
test_only_addresses_that_the_world_can_reach_are_public (void)
{
  static const struct
  {
    const char *address;
    gboolean is_public;
  } cases[] = {
    { "8.8.8.8", TRUE },          { "100.63.255.255", TRUE }, { "100.128.0.1", TRUE },  { "172.32.0.1", TRUE },
    { "2001:503:ba3e::2", TRUE }, { "0.0.0.0", FALSE },       { "127.0.0.1", FALSE },   { "10.0.0.1", FALSE },
    { "172.16.0.1", FALSE },      { "192.168.1.1", FALSE },   { "169.254.1.1", FALSE }, { "100.64.0.1", FALSE },
    { "100.127.255.1", FALSE },   { "224.0.0.1", FALSE },     { "::", FALSE },          { "::1", FALSE },
    { "fe80::1", FALSE },         { "fc00::1", FALSE },       { "fdff::1", FALSE },     { "ff02::1", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (cases[i].address);

      g_test_message ("%s", cases[i].address);
      g_assert_cmpint (cli_server_address_is_public (address), ==, cases[i].is_public);
    }
}

/* Whatever routes there are: an address of the family asked for, which a socket can be bound to, or none. */
static void
test_the_address_found_is_one_of_this_machine (void)
{
  static const GSocketFamily families[] = { G_SOCKET_FAMILY_IPV4, G_SOCKET_FAMILY_IPV6 };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autoptr (GInetAddress) address = cli_server_address_find (families[i]);
      g_autoptr (GSocketAddress) here = address != NULL ? g_inet_socket_address_new (address, 0) : NULL;
      g_autoptr (GSocket) socket = NULL;
      g_autoptr (GError) error = NULL;

      if (address == NULL)
        continue;
      g_assert_cmpint (g_inet_address_get_family (address), ==, families[i]);
      socket = g_socket_new (families[i], G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
      g_assert_no_error (error);
      g_assert_true (g_socket_bind (socket, here, FALSE, &error));
      g_assert_no_error (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dns-records/a-domain-needs-these", test_a_domain_needs_these);
  g_test_add_func ("/dns-records/addresses-that-the-world-does-not-know-are-left-to-the-person",
                   test_addresses_that_the_world_does_not_know_are_left_to_the_person);
  g_test_add_func ("/dns-records/a-record-is-a-line-that-is-never-cut", test_a_record_is_a_line_that_is_never_cut);
  g_test_add_func ("/server-address/only-those-that-the-world-can-reach-are-public",
                   test_only_addresses_that_the_world_can_reach_are_public);
  g_test_add_func ("/server-address/the-one-found-is-of-this-machine", test_the_address_found_is_one_of_this_machine);
  return g_test_run ();
}
