/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "key-map.h"

void
dkim_report_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

void
dkim_report_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
dkim_report_add_record (JsonBuilder *builder,
                        const char *domain,
                        const char *selector,
                        DkimAlgorithm algorithm,
                        const char *value)
{
  g_autofree char *full = dkim_selector_for (selector, algorithm);
  g_autofree char *name = g_strdup_printf ("%s._domainkey.%s", full, domain);

  json_builder_begin_object (builder);
  dkim_report_add_string (builder, "name", name);
  dkim_report_add_string (builder, "type", "TXT");
  dkim_report_add_string (builder, "value", value);
  json_builder_end_object (builder);
}
