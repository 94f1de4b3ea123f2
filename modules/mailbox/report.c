/* SPDX-License-Identifier: MIT */
/* Members of JSON objects. */
#include "report.h"

void
mailbox_report_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

void
mailbox_report_add_mail (JsonBuilder *builder, AimxMailStore *store, const char *fqdn, const AimxMailCounts *counts)
{
  g_autofree char *inbox = aimx_mail_store_get_folder_path (store, fqdn, AIMX_FOLDER_INBOX);
  g_autofree char *sent = aimx_mail_store_get_folder_path (store, fqdn, AIMX_FOLDER_SENT);

  mailbox_report_add_string (builder, "inbox_path", inbox);
  mailbox_report_add_string (builder, "sent_path", sent);
  add_number (builder, "total", counts->total);
  add_number (builder, "unread", counts->unread);
  add_number (builder, "sent_count", counts->sent);
}
