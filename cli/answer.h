/* SPDX-License-Identifier: MIT */
/*
 * What an answer holds. It comes from whoever serves the socket, so a member that is missing or of another type is as
 * one that says nothing.
 */
#pragma once

#include "wire/client.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** cli_answer_get_array: Returns: (transfer full) (nullable): the JSON array of @answer, each element an object; %NULL
 * when it is something else and the error has been told */
JsonArray *cli_answer_get_array (const AimxClientAnswer *answer);
/** cli_answer_get_object: Returns: (transfer full) (nullable): the JSON object of @answer; %NULL as above */
JsonObject *cli_answer_get_object (const AimxClientAnswer *answer);
/** cli_answer_print: writes the body to stdout as it came; on a terminal it passes cli_display_lines() */
void cli_answer_print (const AimxClientAnswer *answer);

/** cli_object_get_string: Returns: (transfer none) (nullable): the string @key */
const char *cli_object_get_string (JsonObject *object, const char *key);
/** cli_object_get_number: Returns: the number @key, else 0 */
gint64 cli_object_get_number (JsonObject *object, const char *key);
/** cli_object_get_boolean: Returns: the boolean @key, else %FALSE */
gboolean cli_object_get_boolean (JsonObject *object, const char *key);
/** cli_object_get_array: Returns: (transfer none) (nullable): the array @key */
JsonArray *cli_object_get_array (JsonObject *object, const char *key);
/** cli_array_get_string: Returns: (transfer none): the string at @index, which is in @array; `?` for what is none */
const char *cli_array_get_string (JsonArray *array, guint index);
/** cli_object_join: Returns: (transfer full): the strings of the array @key with @separator between them */
char *cli_object_join (JsonObject *object, const char *key, const char *separator);
/** cli_object_has: Returns: whether the array @key has the string @value */
gboolean cli_object_has (JsonObject *object, const char *key, const char *value);

G_END_DECLS
