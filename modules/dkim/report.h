/* SPDX-License-Identifier: MIT */
/* What the verbs have in common: members of answers, and the event. */
#pragma once

#include "key.h"

G_BEGIN_DECLS

/** dkim_report_add_string: adds member @name with @value, null for %NULL */
void dkim_report_add_string (JsonBuilder *builder, const char *name, const char *value);
/** dkim_report_add_boolean: adds member @name with @value */
void dkim_report_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
/** dkim_report_add_strings: adds member @name with @values */
void dkim_report_add_strings (JsonBuilder *builder, const char *name, GPtrArray *values);
/** dkim_report_name_record: Returns: (transfer full): the name of the record of a key, when @selector is the domain's
 */
char *dkim_report_name_record (const char *domain, const char *selector, DkimAlgorithm algorithm);
/**
 * dkim_report_add_record:
 * @builder: where an object may stand
 * @domain: whose key
 * @selector: of the domain
 * @algorithm: of the key
 * @value: what is published
 *
 * Adds an object with `name`, `type`, `value`.
 */
void dkim_report_add_record (JsonBuilder *builder,
                             const char *domain,
                             const char *selector,
                             DkimAlgorithm algorithm,
                             const char *value);
/** dkim_report_change: tells everybody that the keys of @domain have changed */
void dkim_report_change (AimxServer *server, const char *domain);

G_END_DECLS
