/* SPDX-License-Identifier: MIT */
/*
 * An answer as a person reads it, by what the verb's descriptor says of it: for commands that nobody wrote for this
 * verb.
 */
#pragma once

#include "answer.h"

G_BEGIN_DECLS

/** cli_result_format: Returns: (transfer full): @result: an array of objects, by itself or as `results`, as a table
 * with the columns of @schema (nullable), anything else as lines of key and value; @width: as cli_table_format() */
char *cli_result_format (JsonNode *result, JsonNode *schema, gboolean rich, guint width);
/** cli_result_print: writes the answer of @verb, as VERB-LIST describes it, to stdout */
void cli_result_print (const AimxClientAnswer *answer, JsonObject *verb);

G_END_DECLS
