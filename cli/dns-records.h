/* SPDX-License-Identifier: MIT */
/* The DNS records that a domain needs so that its mail arrives here and is believed elsewhere. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** CliDnsRecord: one record to publish, as a person enters it */
typedef struct
{
  char *type;
  char *name;
  char *value;
} CliDnsRecord;

/** cli_dns_record_free: frees it */
void cli_dns_record_free (CliDnsRecord *self);

/**
 * cli_dns_records_new:
 * @domain: the domain
 * @host: name that the server greets with
 * @ipv4: (nullable): address of the server; a placeholder stands for none, and for one that is not public
 * @ipv6: (nullable): the same; but a server without IPv6 is nothing unusual, so that %NULL means no record
 * @keys: (nullable): the records of the DKIM keys, as DKIM-SHOW has them
 *
 * Returns: (transfer full) (element-type CliDnsRecord): all records of @domain, in the order in which they are shown
 */
GPtrArray *
cli_dns_records_new (const char *domain, const char *host, GInetAddress *ipv4, GInetAddress *ipv6, JsonArray *keys);
/** cli_dns_records_new_for_keys: Returns: (transfer full) (element-type CliDnsRecord): the records in @keys alone */
GPtrArray *cli_dns_records_new_for_keys (JsonArray *keys);
/** cli_dns_records_format: Returns: (transfer full): a line each with type, name and value, none of them ever cut */
char *cli_dns_records_format (GPtrArray *records, gboolean rich);
/** cli_dns_records_print: writes them to stdout */
void cli_dns_records_print (GPtrArray *records);

G_END_DECLS
