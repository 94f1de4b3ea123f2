/* SPDX-License-Identifier: MIT */
/*
 * What is said of the mail in a mailbox, wherever it is shown.
 */
#pragma once

#include <aimx/mail-store.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** mailbox_report_add_string: adds the member @name, null when @value is %NULL */
void mailbox_report_add_string (JsonBuilder *builder, const char *name, const char *value);
/** mailbox_report_add_mail: adds `inbox_path`, `sent_path`, `total`, `unread` and `sent_count` */
void
mailbox_report_add_mail (JsonBuilder *builder, AimxMailStore *store, const char *fqdn, const AimxMailCounts *counts);

G_END_DECLS
