/* SPDX-License-Identifier: MIT */
/* Promises of core/verb-registry.c and core/verb-check.c. */
#include "request-private.h"
#include "verb-check.h"
#include "verb-registry.h"

#include <aimx/error.h>

static AimxResponse *
answer (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_ack ();
}

static const AimxHeaderSpec headers[] = {
  { "Mailbox", AIMX_HEADER_MAILBOX, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL, "which mailbox" },
  { "Force", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL, "whatever is in it" },
  { "Queue", AIMX_HEADER_YES_NO, AIMX_HEADER_OPTIONAL, "later" },
  { "Limit", AIMX_HEADER_INTEGER, AIMX_HEADER_OPTIONAL, "how many" },
  { "Since", AIMX_HEADER_TIME, AIMX_HEADER_OPTIONAL, "from when" },
  { "Folder", AIMX_HEADER_STRING, AIMX_HEADER_REFUSED, "only the inbox" },
  { NULL },
};

static const AimxVerbSpec good = {
  .name = "DO-IT",
  .summary = "does it",
  .headers = headers,
  .body_limit = 10,
  .action = AIMX_ACTION_MAILBOX_OWNER,
  .flags = AIMX_VERB_HIDES,
  .missing = AIMX_ERROR_NO_ENTRY,
  .result = AIMX_RESULT_JSON,
  .result_schema = "[{\"name\": \"string\"}]",
  .command = "do-it",
  .handler = answer,
};

static const AimxVerbSpec plain = {
  .name = "PLAIN",
  .summary = "plain",
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"results\": [{\"id\": \"string\"}], \"next\": \"string or null\"}",
  .handler = answer,
};

/* ---- the registry ---- */

static gboolean
is_do_it (const char *name)
{
  return strcmp (name, "do-it") == 0;
}

static void
test_a_command_that_is_taken_is_no_verbs (void)
{
  static const AimxVerbSpec late = { .name = "LATE", .summary = "later", .command = "do-it", .handler = answer };
  g_autoptr (AimxVerbRegistry) registry = aimx_verb_registry_new ();

  g_assert_true (aimx_verb_registry_add (registry, "a", &good, NULL, NULL));
  g_assert_true (aimx_verb_registry_add (registry, "b", &late, NULL, NULL));
  g_assert_cmpstr (aimx_verb_registry_lookup (registry, "DO-IT")->command, ==, "do-it");
  g_assert_null (aimx_verb_registry_lookup (registry, "LATE")->command);
  g_assert_true (aimx_verb_registry_find_command (registry, "do-it")->spec == &good);
  aimx_verb_registry_remove_module (registry, "a");
  aimx_verb_registry_set_commands (registry, is_do_it);
  g_assert_true (aimx_verb_registry_add (registry, "a", &good, NULL, NULL));
  g_assert_null (aimx_verb_registry_lookup (registry, "DO-IT")->command);
  g_assert_null (aimx_verb_registry_find_command (registry, "do-it"));
}

static void
test_a_verb_is_found_by_its_name (void)
{
  g_autoptr (AimxVerbRegistry) registry = aimx_verb_registry_new ();
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;
  int data = 0;

  g_assert_true (aimx_verb_registry_add (registry, "b", &plain, NULL, &error));
  g_assert_true (aimx_verb_registry_add (registry, "a", &good, &data, &error));
  g_assert_no_error (error);
  g_assert_true (aimx_verb_registry_lookup (registry, "DO-IT")->spec == &good);
  g_assert_true (aimx_verb_registry_lookup (registry, "DO-IT")->user_data == &data);
  g_assert_null (aimx_verb_registry_lookup (registry, "do-it"));
  all = aimx_verb_registry_list (registry);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (((const AimxVerb *) all->pdata[0])->spec->name, ==, "DO-IT");
  g_assert_cmpstr (((const AimxVerb *) all->pdata[1])->module, ==, "b");
}

static void
test_a_taken_name_is_refused_and_its_owner_named (void)
{
  g_autoptr (AimxVerbRegistry) registry = aimx_verb_registry_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_verb_registry_add (registry, "first", &plain, NULL, NULL));
  g_assert_false (aimx_verb_registry_add (registry, "second", &plain, NULL, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MODULE);
  g_assert_nonnull (strstr (error->message, "'first'"));
  g_assert_nonnull (strstr (error->message, "'second'"));
  aimx_verb_registry_remove_module (registry, "first");
  g_assert_null (aimx_verb_registry_lookup (registry, "PLAIN"));
  g_assert_true (aimx_verb_registry_add (registry, "second", &plain, NULL, NULL));
}

static void
refuse (AimxVerbSpec spec, const char *says)
{
  g_autoptr (AimxVerbRegistry) registry = aimx_verb_registry_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (aimx_verb_registry_add (registry, "m", &spec, NULL, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MODULE);
  if (strstr (error->message, says) == NULL)
    g_error ("'%s' does not say '%s'", error->message, says);
}

#define WITH(...)                                                                                                      \
  (AimxVerbSpec) { .name = "X", .summary = "x", .handler = answer, __VA_ARGS__ }
#define HEADERS(...)                                                                                                   \
  .headers = (const AimxHeaderSpec[])                                                                                  \
  {                                                                                                                    \
    __VA_ARGS__, { NULL }                                                                                              \
  }

static void
test_wrong_descriptors_are_refused (void)
{
  g_autofree char *long_name = g_strnfill (AIMX_VERB_NAME_MAX + 1, 'A');

  refuse ((AimxVerbSpec){ .name = "x", .summary = "x", .handler = answer }, "name is not");
  refuse (WITH (.deadline_seconds = 86401), "longer than a day");
  refuse (WITH (.deadline_seconds = G_MAXUINT), "longer than a day");
  refuse ((AimxVerbSpec){ .name = "-X", .summary = "x", .handler = answer }, "name is not");
  refuse ((AimxVerbSpec){ .name = NULL, .summary = "x", .handler = answer }, "name is not");
  refuse ((AimxVerbSpec){ .name = long_name, .summary = "x", .handler = answer }, "name is not");
  refuse ((AimxVerbSpec){ .name = "X", .handler = answer }, "summary");
  refuse ((AimxVerbSpec){ .name = "X", .summary = "two\nlines", .handler = answer }, "summary");
  refuse ((AimxVerbSpec){ .name = "X", .summary = "x" }, "handler");
  refuse (WITH (.flags = 1 << 20), "flags");
  refuse (WITH (.result = 7), "shape");
  refuse (WITH (.action = 9), "action");
  refuse (WITH (.command = "Bad Name"), "command");
  refuse (WITH (.result = AIMX_RESULT_JSON, .result_schema = "{\"a\": 1}"), "schema");
  refuse (WITH (.result = AIMX_RESULT_JSON, .result_schema = "[]"), "schema");
  refuse (WITH (.result = AIMX_RESULT_JSON, .result_schema = "{"), "schema");
  refuse (WITH (.result = AIMX_RESULT_JSON, .result_schema = "{\"a\": []}"), "schema");
  refuse (WITH (.result = AIMX_RESULT_JSON, .result_schema = "{\"a\": [{\"b\": [{}]}]}"), "schema");
  refuse (WITH (.result = AIMX_RESULT_JSON, .result_schema = "[{\"a\": [{}]}]"), "schema");
  refuse (WITH (.result = AIMX_RESULT_JSON, .result_schema = "{\"a\": null}"), "schema");
  refuse (WITH (.result_schema = "{}"), "does not answer with JSON");
  refuse (WITH (.body_limit = AIMX_BODY_MAX + 1), "body limit");
  refuse (WITH (.flags = AIMX_VERB_BODY_REQUIRED), "limit is 0");
  refuse (WITH (.flags = AIMX_VERB_NO_HEADERS, .body_limit = 1), "without headers");
  refuse (WITH (.flags = AIMX_VERB_NO_HEADERS, HEADERS ({ "A", 0, 0, "a" })), "without headers");
}

static void
test_wrong_headers_are_refused (void)
{
  refuse (WITH (HEADERS ({ "A b", 0, 0, "a" })), "header's name");
  refuse (WITH (HEADERS ({ "content-length", 0, 0, "a" })), "Content-Length");
  refuse (WITH (HEADERS ({ "A", 0, 0, NULL })), "summary");
  refuse (WITH (HEADERS ({ "A", 99, 0, "a" })), "type");
  refuse (WITH (HEADERS ({ "A", 0, 1 << 20, "a" })), "flags");
  refuse (WITH (HEADERS ({ "A", 0, AIMX_HEADER_REFUSED | AIMX_HEADER_REQUIRED, "a" })), "refused header");
  refuse (WITH (HEADERS ({ "A", 0, 0, "a" }, { "a", 0, 0, "a" })), "twice");
  refuse (WITH (HEADERS ({ "A", 0, AIMX_HEADER_POSITIONAL, "a" }, { "B", 0, AIMX_HEADER_POSITIONAL, "b" })),
          "positional");
}

static void
test_descriptors_that_authorize_nothing_clear_are_refused (void)
{
#define MAILBOX(name) { name, AIMX_HEADER_MAILBOX, AIMX_HEADER_REQUIRED, "m" }
  refuse (WITH (.missing = AIMX_ERROR_IO, HEADERS (MAILBOX ("A"))), "NO_ENTRY or MAILBOX");
  refuse (WITH (.missing = AIMX_ERROR_MAILBOX), "no required header");
  refuse (WITH (.action = AIMX_ACTION_MAILBOX_OWNER, HEADERS (MAILBOX ("A"))), "not set");
  refuse (WITH (.missing = AIMX_ERROR_MAILBOX, HEADERS (MAILBOX ("A"), MAILBOX ("B"))), "at most one header of type");
  refuse (WITH (.flags = AIMX_VERB_HIDES), "hide");
  refuse (WITH (.flags = AIMX_VERB_HIDES, .missing = AIMX_ERROR_MAILBOX, HEADERS (MAILBOX ("A"))), "hide");
}

/* ---- requests ---- */

static AimxRequest *
check (const AimxVerbSpec *spec, const char *const *sent, const char *body, GError **error)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (1000, 1000, 1);
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  g_autoptr (AimxRequest) request = aimx_request_new (caller, spec->name, sent, bytes);

  return aimx_verb_check_request (spec, request, error) ? g_steal_pointer (&request) : NULL;
}

#define SENT(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_known_headers_come_to_the_handler_trimmed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxRequest) request = check (&good,
                                           SENT ("mailbox", " a@b.org\t", "FORCE", "true", "Queue", "no", "Limit", "18",
                                                 "X-New", "", "Since", "2025-01-31", "Content-Length", "2"),
                                           "hi", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (aimx_request_get_header (request, "Mailbox"), ==, "a@b.org");
  g_assert_true (aimx_request_get_boolean (request, "Force", FALSE));
  g_assert_false (aimx_request_get_boolean (request, "Queue", TRUE));
  g_assert_cmpuint (aimx_request_get_integer (request, "Limit", 0), ==, 18);
  g_assert_cmpuint (aimx_request_get_integer (request, "Other", 3), ==, 3);
  g_assert_true (aimx_request_get_boolean (request, "Other", TRUE));
  g_assert_null (aimx_request_get_header (request, "X-New"));
}

static void
test_a_time_is_read_and_a_date_is_a_day (void)
{
  static const struct
  {
    const char *sent;
    gint64 first;
    gint64 last;
  } times[] = {
    { "1970-01-02", 86400, 2 * 86400 - 1 }, { "1970-01-01T01:00:00+01:00", 0, 0 }, { "1970-01-01T00:00:01.5Z", 1, 1 },
    { "1970-01-01t00:00:02z", 2, 2 },       { "1970-01-01T00:00:03-00:00", 3, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AimxRequest) request =
          check (&good, SENT ("Mailbox", "a@b.org", "Since", times[i].sent), "hi", &error);

      g_assert_no_error (error);
      g_assert_cmpint (aimx_request_get_time (request, "Since", -1), ==, times[i].first);
      g_assert_cmpint (aimx_request_get_end_time (request, "Since", -1), ==, times[i].last);
      g_assert_cmpint (aimx_request_get_time (request, "Other", -1), ==, -1);
    }
}

static void
refuse_request (const AimxVerbSpec *spec, const char *const *sent, const char *body, const char *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (check (spec, sent, body, &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MALFORMED);
  if (strstr (error->message, says) == NULL)
    g_error ("'%s' does not say '%s'", error->message, says);
}

static void
test_wrong_values_are_malformed (void)
{
  static const char *const wrong[][3] = {
    { "Force", "yes", "`true` or `false`" },
    { "Queue", "true", "`yes` or `no`" },
    { "Limit", "-1", "decimal" },
    { "Limit", "+1", "decimal" },
    { "Limit", "1x", "decimal" },
    { "Since", "yesterday", "RFC 3339" },
    { "Since", "20250131T000000Z", "3339" },
    { "Since", "2025-01-31T000000Z", "3339" },
    { "Since", "2025-01-31T00:00:00", "RFC 3339" },
    { "Since", "2025-01-31T00:00:00.", "RFC 3339" },
    { "Since", "2025-01-31T00:00:00.Z", "RFC 3339" },
    { "Since", "2025-01-31T00:00:00+01", "RFC 3339" },
    { "Since", "2025-01-31T00:00:00+0100", "RFC 3339" },
    { "Since", "2025-01-31T00:00:00Zulu", "RFC 3339" },
    { "Since", "2025-01-31T00:00Z", "RFC 3339" },
    { "Limit", "99999999999999999999", "decimal" },
    { "Force", "", "empty" },
    { "Force", " \t ", "empty" },
    { "Folder", "sent", "only the inbox" },
    { "Since", "2025-02-30", "RFC 3339" },
    { "Mailbox", "b", "twice" },
    { "Force", "\xff", "UTF-8" },
    { "Force", "true\nX: y", "one line" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    refuse_request (&good, SENT ("Mailbox", "a", wrong[i][0], wrong[i][1]), NULL, wrong[i][2]);
  refuse_request (&good, SENT ("Force", "true"), NULL, "'Mailbox' is missing");
}

static void
test_body_and_content_length_follow_the_descriptor (void)
{
  AimxVerbSpec required = good;
  g_autoptr (AimxRequest) request = NULL;

  required.flags |= AIMX_VERB_BODY_REQUIRED;
  refuse_request (&plain, SENT ("Content-Length", "1"), "x", "takes no body");
  refuse_request (&plain, SENT ("Content-Length", "1"), NULL, "takes no body");
  refuse_request (&plain, SENT ("Content-Length", "x"), NULL, "decimal");
  refuse_request (&plain, SENT ("Content-Length", ""), NULL, "decimal");
  refuse_request (&plain, SENT ("Content-Length", "0", "content-length", "0"), NULL, "twice");
  refuse_request (&good, SENT ("Mailbox", "a", "Content-Length", "11"), "hello world", "at most 10");
  refuse_request (&good, SENT ("Mailbox", "a"), "hello world", "at most 10");
  refuse_request (&good, SENT ("Mailbox", "a", "Content-Length", "3"), "hello", "as long as");
  refuse_request (&required, SENT ("Mailbox", "a"), NULL, "needs a body");
  request = check (&plain, SENT ("Content-Length", "0"), NULL, NULL);
  g_assert_nonnull (request);
  g_assert_null (aimx_request_get_body (request));
  g_clear_object (&request);
  request = check (&required, SENT ("Mailbox", "a", "Content-Length", "0"), NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (aimx_request_get_body (request)), ==, 0);
  g_clear_object (&request);
  request = check (&required, SENT ("Mailbox", "a"), "hi", NULL);
  g_assert_nonnull (request);
  g_clear_object (&request);
  request = check (&required, SENT ("Mailbox", "a"), "", NULL);
  g_assert_cmpuint (g_bytes_get_size (aimx_request_get_body (request)), ==, 0);
  g_clear_object (&request);
  request = check (&good, SENT ("Mailbox", "a"), "", NULL);
  g_assert_null (aimx_request_get_body (request));
}

static void
test_a_verb_without_headers_refuses_any (void)
{
  const AimxVerbSpec spec = { .name = "LIST", .summary = "x", .flags = AIMX_VERB_NO_HEADERS, .handler = answer };
  g_autoptr (AimxRequest) request = check (&spec, NULL, NULL, NULL);

  g_assert_nonnull (request);
  refuse_request (&spec, SENT ("X-Unknown", "1"), NULL, "no headers");
  refuse_request (&spec, SENT ("Content-Length", "0"), NULL, "no headers");
}

static void
test_answers_know_their_shape (void)
{
  g_autoptr (GError) error = g_error_new (AIMX_ERROR, AIMX_ERROR_IO, "broken");
  g_autoptr (AimxResponse) ack = aimx_response_new_ack ();
  g_autoptr (AimxResponse) id = aimx_response_new_id ("x@y");
  g_autoptr (AimxResponse) json = aimx_response_new_json (json_from_string ("{\"a\": [1, null]}", NULL));
  g_autoptr (AimxResponse) failure = aimx_response_new_error (error);

  g_assert_true (aimx_response_has_shape (ack, AIMX_RESULT_ACK));
  g_assert_false (aimx_response_has_shape (ack, AIMX_RESULT_JSON));
  g_assert_true (aimx_response_has_shape (id, AIMX_RESULT_ID));
  g_assert_cmpstr (aimx_response_get_id (id), ==, "x@y");
  g_assert_true (aimx_response_has_shape (json, AIMX_RESULT_JSON));
  g_assert_false (aimx_response_has_shape (json, AIMX_RESULT_ID));
  g_assert_cmpmem (g_bytes_get_data (aimx_response_get_body (json), NULL),
                   g_bytes_get_size (aimx_response_get_body (json)), "{\"a\":[1,null]}", 14);
  g_assert_true (aimx_response_has_shape (failure, AIMX_RESULT_JSON));
  g_assert_error (aimx_response_get_error (failure), AIMX_ERROR, AIMX_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verb-registry/lookup", test_a_verb_is_found_by_its_name);
  g_test_add_func ("/verb-registry/taken", test_a_taken_name_is_refused_and_its_owner_named);
  g_test_add_func ("/verb-registry/taken-command", test_a_command_that_is_taken_is_no_verbs);
  g_test_add_func ("/verb-registry/wrong", test_wrong_descriptors_are_refused);
  g_test_add_func ("/verb-registry/wrong-headers", test_wrong_headers_are_refused);
  g_test_add_func ("/verb-registry/wrong-authorization", test_descriptors_that_authorize_nothing_clear_are_refused);
  g_test_add_func ("/verb-check/good", test_known_headers_come_to_the_handler_trimmed);
  g_test_add_func ("/verb-check/times", test_a_time_is_read_and_a_date_is_a_day);
  g_test_add_func ("/verb-check/values", test_wrong_values_are_malformed);
  g_test_add_func ("/verb-check/body", test_body_and_content_length_follow_the_descriptor);
  g_test_add_func ("/verb-check/no-headers", test_a_verb_without_headers_refuses_any);
  g_test_add_func ("/response/shapes", test_answers_know_their_shape);
  return g_test_run ();
}
