/* SPDX-License-Identifier: MIT */
/* What the answers of the verbs have in common. */
#pragma once

#include "key.h"

G_BEGIN_DECLS

/** dkim_report_add_string: adds member @name with @value */
void dkim_report_add_string (JsonBuilder *builder, const char *name, const char *value);
/** dkim_report_add_boolean: adds member @name with @value */
void dkim_report_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
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

G_END_DECLS
