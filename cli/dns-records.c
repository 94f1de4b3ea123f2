/* SPDX-License-Identifier: MIT */
/* Records to publish. */
#include "dns-records.h"

#include "answer.h"
#include "server-address.h"
#include "table.h"

static const CliColumn columns[] = { { "TYPE" }, { "NAME" }, { "VALUE" }, { NULL } };

void
cli_dns_record_free (CliDnsRecord *self)
{
  g_free (self->type);
  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

/* (transfer full) @name, @value */
static void
add (GPtrArray *records, const char *type, char *name, char *value)
{
  CliDnsRecord *record = g_new0 (CliDnsRecord, 1);

  record->type = g_strdup (type);
  record->name = name;
  record->value = value;
  g_ptr_array_add (records, record);
}

static char *
address_or_placeholder (GInetAddress *address, const char *placeholder)
{
  return address != NULL && cli_server_address_is_public (address) ? g_inet_address_to_string (address)
                                                                   : g_strdup (placeholder);
}

static void
add_keys (GPtrArray *records, JsonArray *keys)
{
  for (guint i = 0; keys != NULL && i < json_array_get_length (keys); i++)
    {
      JsonNode *node = json_array_get_element (keys, i);
      JsonObject *key = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *type = key != NULL ? cli_object_get_string (key, "type") : NULL;
      const char *name = key != NULL ? cli_object_get_string (key, "name") : NULL;
      const char *value = key != NULL ? cli_object_get_string (key, "value") : NULL;

      if (type != NULL && name != NULL && value != NULL)
        add (records, type, g_strdup (name), g_strdup (value));
    }
}

GPtrArray *
cli_dns_records_new_for_keys (JsonArray *keys)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) cli_dns_record_free);

  add_keys (records, keys);
  return records;
}

GPtrArray *
cli_dns_records_new (const char *domain, const char *host, GInetAddress *ipv4, GInetAddress *ipv6, JsonArray *keys)
{
  GPtrArray *records = cli_dns_records_new_for_keys (NULL);
  g_autofree char *a = address_or_placeholder (ipv4, "<IPv4 of this server>");
  g_autofree char *aaaa = ipv6 != NULL ? address_or_placeholder (ipv6, "<IPv6 of this server>") : NULL;

  add (records, "A", g_strdup (domain), g_strdup (a));
  if (aaaa != NULL)
    add (records, "AAAA", g_strdup (domain), g_strdup (aaaa));
  add (records, "MX", g_strdup (domain), g_strdup_printf ("10 %s.", domain));
  add (records, "TXT", g_strdup (domain),
       g_strdup_printf ("v=spf1 ip4:%s%s%s -all", a, aaaa != NULL ? " ip6:" : "", aaaa != NULL ? aaaa : ""));
  add_keys (records, keys);
  add (records, "TXT", g_strdup_printf ("_dmarc.%s", domain),
       g_strdup_printf ("v=DMARC1; p=reject; rua=mailto:postmaster@%s", domain));
  add (records, "PTR", g_strdup (a), g_strdup (host));
  if (aaaa != NULL)
    add (records, "PTR", g_strdup (aaaa), g_strdup (host));
  return records;
}

char *
cli_dns_records_format (GPtrArray *records, gboolean rich)
{
  g_autoptr (CliTable) table = cli_table_new (columns);

  for (guint i = 0; i < records->len; i++)
    {
      const CliDnsRecord *record = records->pdata[i];

      cli_table_add (table, CLI_STYLE_HIGHLIGHT, record->type);
      cli_table_add (table, CLI_STYLE_PLAIN, record->name);
      cli_table_add (table, CLI_STYLE_PLAIN, record->value);
    }
  return cli_table_format (table, rich, 0);
}

void
cli_dns_records_print (GPtrArray *records)
{
  g_autofree char *text = cli_dns_records_format (records, cli_style_is_rich (stdout));

  fputs (text, stdout);
}
