/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "key-map.h"

void
dkim_report_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
dkim_report_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
dkim_report_add_strings (JsonBuilder *builder, const char *name, GPtrArray *values)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < values->len; i++)
    json_builder_add_string_value (builder, values->pdata[i]);
  json_builder_end_array (builder);
}

char *
dkim_report_name_record (const char *domain, const char *selector, DkimAlgorithm algorithm)
{
  g_autofree char *full = dkim_selector_for (selector, algorithm);

  return g_strdup_printf ("%s._domainkey.%s", full, domain);
}

void
dkim_report_add_record (JsonBuilder *builder,
                        const char *domain,
                        const char *selector,
                        DkimAlgorithm algorithm,
                        const char *value)
{
  g_autofree char *name = dkim_report_name_record (domain, selector, algorithm);

  json_builder_begin_object (builder);
  dkim_report_add_string (builder, "name", name);
  dkim_report_add_string (builder, "type", "TXT");
  dkim_report_add_string (builder, "value", value);
  json_builder_end_object (builder);
}

void
dkim_report_change (AimxServer *server, const char *domain)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "domain", "s", domain);
  aimx_event_bus_emit (aimx_server_get_event_bus (server), AIMX_EVENT_KEYS_CHANGED, g_variant_dict_end (&details));
}
