/* SPDX-License-Identifier: MIT */
/* Promises of core/server.c, core/server-call.c, core/server-config.c and core/server-verbs.c: the path of a verb. */
#include "request-private.h"
#include "server-internal.h"

#include <aimx/error.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <unistd.h>

#define STRANGER 54321

static const char config_text[] = "domains = [\"a.org\", \"b.org\"]\n"
                                  "[mailboxes.\"info@a.org\"]\naddress = \"info@a.org\"\nowner = \"daemon\"\n"
                                  "[mailboxes.\"*@a.org\"]\naddress = \"*@a.org\"\nowner = \"daemon\"\n";

typedef struct
{
  char *directory;
  char *file;
  AimxLockManager *locks;
  AimxServer *server;
  GMutex mutex;
  GCond cond;
  gboolean released; /* lets the handler of SLEEP return */
  guint n_handled;
} Fixture;

/* What the log said at warning and above, as `module: message`. */
static GMutex logged_mutex;
static GString *logged;

static GLogWriterOutput
remember (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  const char *module = "", *message = "";

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "AIMX_MODULE") == 0)
      module = fields[i].value;
    else if (strcmp (fields[i].key, "MESSAGE") == 0)
      message = fields[i].value;
  if ((level & G_LOG_LEVEL_MASK) <= G_LOG_LEVEL_WARNING)
    {
      g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&logged_mutex);

      g_string_append_printf (logged, "%s: %s\n", module, message);
    }
  return G_LOG_WRITER_HANDLED;
}

static void
assert_logged (const char *says)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&logged_mutex);

  if (strstr (logged->str, says) == NULL)
    g_error ("the log does not say '%s':\n%s", says, logged->str);
}

/* ---- verbs ---- */

static AimxResponse *
handle_ok (AimxRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  g_mutex_lock (&fixture->mutex);
  fixture->n_handled++;
  g_mutex_unlock (&fixture->mutex);
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_name (AimxRequest *request, gpointer user_data, GError **error)
{
  return aimx_response_new_id (aimx_mailbox_get_name (aimx_request_get_mailbox (request)));
}

static AimxResponse *
handle_nothing (AimxRequest *request, gpointer user_data, GError **error)
{
  return NULL;
}

static AimxResponse *
handle_failure (AimxRequest *request, gpointer user_data, GError **error)
{
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "changed meanwhile");
  return NULL;
}

static AimxResponse *
handle_both (AimxRequest *request, gpointer user_data, GError **error)
{
  handle_failure (request, user_data, error);
  return aimx_response_new_ack ();
}

static AimxResponse *
handle_sleep (AimxRequest *request, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&fixture->mutex);

  while (!fixture->released)
    g_cond_wait (&fixture->cond, &fixture->mutex);
  fixture->n_handled++;
  return aimx_response_new_ack ();
}

static const AimxHeaderSpec mailbox_headers[] = {
  { "Mailbox", AIMX_HEADER_MAILBOX, AIMX_HEADER_REQUIRED, "which" },
  { NULL },
};

#define OWNERS(verb_name, handle, ...)                                                                                 \
  {                                                                                                                    \
    .name = verb_name, .summary = "x", .action = AIMX_ACTION_MAILBOX_OWNER, .headers = mailbox_headers,                \
    .handler = handle, __VA_ARGS__                                                                                     \
  }

static const AimxVerbSpec specs[] = {
  { .name = "OK", .summary = "x", .body_limit = 7, .handler = handle_ok },
  { .name = "NOTHING", .summary = "x", .handler = handle_nothing },
  { .name = "FAILURE", .summary = "x", .handler = handle_failure },
  { .name = "BOTH", .summary = "x", .handler = handle_both },
  { .name = "WRONG-SHAPE", .summary = "x", .result = AIMX_RESULT_JSON, .handler = handle_ok },
  { .name = "SLEEP", .summary = "x", .deadline_seconds = 1, .handler = handle_sleep },
  { .name = "SYSTEM", .summary = "x", .action = AIMX_ACTION_SYSTEM, .handler = handle_ok },
  OWNERS ("OWNER", handle_ok, .missing = AIMX_ERROR_NO_ENTRY),
  OWNERS ("HIDDEN", handle_ok, .missing = AIMX_ERROR_MAILBOX, .flags = AIMX_VERB_HIDES),
  OWNERS ("NAME", handle_name, .missing = AIMX_ERROR_NO_ENTRY, .result = AIMX_RESULT_ID),
};

/* ---- a server without mail ---- */

static void
write_config (Fixture *fixture, const char *text)
{
  g_assert_true (g_file_set_contents (fixture->file, text, -1, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (AimxConfigStore) config = NULL;
  g_autoptr (GError) error = NULL;
  AimxServerSettings settings = { .mode = AIMX_SERVER_CHANGE, .runtime_dir = "/nowhere" };
  const char *module_path[] = { NULL, NULL };
  const char *const *modules = data;
  g_autofree char *where = g_test_build_filename (G_TEST_BUILT, modules != NULL ? modules[0] : "no-modules", NULL);

  module_path[0] = where;
  settings.module_path = module_path;
  fixture->directory = g_dir_make_tmp ("aimx-server-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->file = g_build_filename (fixture->directory, "config.toml", NULL);
  write_config (fixture, config_text);
  config = aimx_config_store_open (fixture->directory, &error);
  g_assert_no_error (error);
  fixture->locks = aimx_lock_manager_new ();
  fixture->server = aimx_server_new (&settings, config, fixture->locks, accounts, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (specs); i++)
    g_assert_true (
        aimx_verb_registry_add (aimx_server_get_verbs (fixture->server), "tester", &specs[i], fixture, &error));
  aimx_server_load_modules (fixture->server);
  g_string_truncate (logged, 0);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *lock = g_build_filename (fixture->directory, ".config.toml.lock", NULL);

  aimx_server_close (fixture->server);
  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  g_clear_object (&fixture->locks);
  g_assert_no_errno (g_unlink (fixture->file));
  g_unlink (lock);
  g_assert_no_errno (g_rmdir (fixture->directory));
  g_free (fixture->file);
  g_free (fixture->directory);
}

static AimxResponse *
call (Fixture *fixture, guint uid, const char *verb, const char *mailbox)
{
  const char *const headers[] = { "Mailbox", mailbox, NULL };
  g_autoptr (AimxCaller) caller = aimx_caller_new (uid, uid, 1);
  g_autoptr (AimxRequest) request = aimx_request_new (caller, verb, mailbox != NULL ? headers : NULL, NULL);

  return aimx_server_call (fixture->server, request);
}

static void
assert_ack (Fixture *fixture, guint uid, const char *verb, const char *mailbox)
{
  g_autoptr (AimxResponse) response = call (fixture, uid, verb, mailbox);

  g_assert_no_error (aimx_response_get_error (response));
  g_assert_true (aimx_response_has_shape (response, AIMX_RESULT_ACK));
}

/* Asserts that the call fails with that code; returns its words. */
static char *
fail (Fixture *fixture, guint uid, const char *verb, const char *mailbox, AimxError code)
{
  g_autoptr (AimxResponse) response = call (fixture, uid, verb, mailbox);

  g_assert_error (aimx_response_get_error (response), AIMX_ERROR, (int) code);
  return g_strdup (aimx_response_get_error (response)->message);
}

static void
assert_fails (Fixture *fixture, guint uid, const char *verb, const char *mailbox, AimxError code, const char *words)
{
  g_autofree char *message = fail (fixture, uid, verb, mailbox, code);

  g_assert_cmpstr (message, ==, words);
}

static guint
owner_uid (void)
{
  return getpwnam ("daemon")->pw_uid;
}

/* ---- the path of a verb ---- */

static void
test_a_good_call_is_answered (Fixture *fixture, gconstpointer data)
{
  assert_ack (fixture, STRANGER, "OK", NULL);
  g_assert_cmpuint (fixture->n_handled, ==, 1);
  assert_fails (fixture, STRANGER, "FAILURE", NULL, AIMX_ERROR_CONFLICT, "changed meanwhile");
}

static void
test_what_is_not_a_call_never_reaches_a_handler (Fixture *fixture, gconstpointer data)
{
  assert_fails (fixture, 0, "ok", NULL, AIMX_ERROR_PROTOCOL, "unknown verb 'ok'");
  assert_fails (fixture, 0, "OWNER", NULL, AIMX_ERROR_MALFORMED, "header 'Mailbox' is missing");
  g_assert_cmpuint (fixture->n_handled, ==, 0);
}

static void
test_a_handler_without_a_valid_answer_is_io_and_its_module_named (Fixture *fixture, gconstpointer data)
{
  assert_fails (fixture, 0, "NOTHING", NULL, AIMX_ERROR_IO, "NOTHING gave no valid answer");
  assert_logged ("tester: module 'tester': NOTHING gave no valid answer: neither");
  assert_fails (fixture, 0, "WRONG-SHAPE", NULL, AIMX_ERROR_IO, "WRONG-SHAPE gave no valid answer");
  assert_logged ("not of the shape");
  assert_fails (fixture, 0, "BOTH", NULL, AIMX_ERROR_IO, "BOTH gave no valid answer");
  assert_logged ("an answer and an error");
}

static void
release (Fixture *fixture)
{
  g_mutex_lock (&fixture->mutex);
  fixture->released = TRUE;
  g_cond_broadcast (&fixture->cond);
  g_mutex_unlock (&fixture->mutex);
}

static void
test_a_handler_that_misses_its_deadline_is_io_and_its_module_named (Fixture *fixture, gconstpointer data)
{
  assert_fails (fixture, 0, "SLEEP", NULL, AIMX_ERROR_IO, "SLEEP gave no answer within 1 s");
  assert_logged ("tester: module 'tester': SLEEP gave no answer within 1 s\n");
  g_assert_cmpuint (fixture->n_handled, ==, 0);
  /* Others are served meanwhile, and the late answer harms nobody: closing waits for it. */
  assert_ack (fixture, STRANGER, "OK", NULL);
  release (fixture);
  aimx_server_close (fixture->server);
  g_assert_cmpuint (fixture->n_handled, ==, 2);
}

static void
count_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AimxResponse) response = aimx_server_call_finish (AIMX_SERVER (source), result);
  guint *n_late = user_data;

  g_assert_error (aimx_response_get_error (response), AIMX_ERROR, AIMX_ERROR_IO);
  (*n_late)++;
}

static void
test_a_call_whose_turn_comes_too_late_is_not_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (0, 0, 1);
  const guint n_calls = 200; /* more than there are threads */
  guint n_late = 0;

  for (guint i = 0; i < n_calls; i++)
    {
      g_autoptr (AimxRequest) request = aimx_request_new (caller, "SLEEP", NULL, NULL);

      aimx_server_call_async (fixture->server, request, count_answer, &n_late);
    }
  while (n_late < n_calls)
    g_main_context_iteration (NULL, TRUE);
  assert_logged ("its turn had not come");
  release (fixture);
  aimx_server_close (fixture->server);
  g_assert_cmpuint (fixture->n_handled, >, 0);
  g_assert_cmpuint (fixture->n_handled, <, n_calls);
}

/* ---- who may ---- */

static void
test_an_owner_and_root_may_and_others_are_told_so (Fixture *fixture, gconstpointer data)
{
  assert_ack (fixture, owner_uid (), "OWNER", "info@a.org");
  assert_ack (fixture, owner_uid (), "OWNER", "info");
  assert_ack (fixture, 0, "OWNER", "info@A.ORG");
  assert_fails (fixture, STRANGER, "OWNER", "info", AIMX_ERROR_ACCESS, "not authorized");
  assert_logged ("reject: OWNER for 54321 on info@a.org: not the owner");
  assert_fails (fixture, STRANGER, "OWNER", "nobody", AIMX_ERROR_NO_ENTRY, "mailbox 'nobody' does not exist");
  assert_fails (fixture, 0, "OWNER", "info@b.org", AIMX_ERROR_NO_ENTRY, "mailbox 'info@b.org' does not exist");
}

static void
test_what_is_hidden_answers_like_what_is_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hidden = fail (fixture, STRANGER, "HIDDEN", "info@a.org", AIMX_ERROR_MAILBOX);
  g_autofree char *missing = fail (fixture, STRANGER, "HIDDEN", "info@b.org", AIMX_ERROR_MAILBOX);

  assert_logged ("reject: HIDDEN for 54321 on info@a.org: not the owner");
  g_assert_cmpstr (hidden, ==, "mailbox 'info@a.org' does not exist");
  g_assert_cmpstr (missing, ==, "mailbox 'info@b.org' does not exist");
  assert_fails (fixture, 0, "HIDDEN", "info@b.org", AIMX_ERROR_MAILBOX, missing);
  assert_ack (fixture, 0, "HIDDEN", "info@a.org");
  assert_ack (fixture, owner_uid (), "HIDDEN", "info@a.org");
}

static void
test_the_system_is_not_for_everybody (Fixture *fixture, gconstpointer data)
{
  assert_ack (fixture, 0, "SYSTEM", NULL);
  assert_ack (fixture, geteuid (), "SYSTEM", NULL);
  assert_fails (fixture, STRANGER, "SYSTEM", NULL, AIMX_ERROR_ACCESS, "not authorized");
}

static void
test_names_are_resolved_before_anything_else (Fixture *fixture, gconstpointer data)
{
  static const char *const names[][2] = {
    { "info", "info@a.org" },
    { " info@A.org ", "info@a.org" },
    { "catchall", "*@a.org" },
    { "*@a.org", "*@a.org" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AimxResponse) response = call (fixture, 0, "NAME", names[i][0]);

      g_assert_no_error (aimx_response_get_error (response));
      g_assert_cmpstr (aimx_response_get_id (response), ==, names[i][1]);
    }
}

static void
test_a_door_learns_the_body_limit (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (aimx_server_get_body_limit (fixture->server, "OK"), ==, 7);
  g_assert_cmpint (aimx_server_get_body_limit (fixture->server, "VERSION"), ==, 0);
  g_assert_cmpint (aimx_server_get_body_limit (fixture->server, "NONE"), ==, -1);
}

/* ---- the server's own verbs ---- */

static JsonNode *
call_json (Fixture *fixture, const char *verb)
{
  g_autoptr (AimxResponse) response = call (fixture, 0, verb, NULL);
  gsize length;
  const char *data;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_no_error (aimx_response_get_error (response));
  data = g_bytes_get_data (aimx_response_get_body (response), &length);
  text = g_strndup (data, length);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  return node;
}

/* The object with that name in an array. */
static JsonObject *
find (JsonNode *array, const char *name)
{
  for (guint i = 0; i < json_array_get_length (json_node_get_array (array)); i++)
    {
      JsonObject *object = json_array_get_object_element (json_node_get_array (array), i);

      if (strcmp (json_object_get_string_member (object, "name"), name) == 0)
        return object;
    }
  g_error ("'%s' is not listed", name);
}

static void
test_version_says_which_build_it_is (Fixture *fixture, gconstpointer data)
{
  static const char *const keys[] = { "tag", "git_hash", "target", "build_date" };
  g_autoptr (JsonNode) node = call_json (fixture, "VERSION");

  g_assert_cmpuint (json_object_get_size (json_node_get_object (node)), ==, G_N_ELEMENTS (keys));
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    g_assert_nonnull (json_object_get_string_member (json_node_get_object (node), keys[i]));
}

static void
test_verbs_describe_themselves (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) node = call_json (fixture, "VERB-LIST");
  JsonObject *hidden = find (node, "HIDDEN");
  JsonObject *header = json_array_get_object_element (json_object_get_array_member (hidden, "headers"), 0);

  g_assert_cmpstr (json_object_get_string_member (hidden, "module"), ==, "tester");
  g_assert_cmpstr (json_object_get_string_member (hidden, "action"), ==, "mailbox-owner");
  g_assert_cmpstr (json_object_get_string_member (hidden, "result"), ==, "ack");
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (hidden, "flags"), 0), ==, "hides");
  g_assert_cmpstr (json_object_get_string_member (header, "name"), ==, "Mailbox");
  g_assert_cmpstr (json_object_get_string_member (header, "type"), ==, "mailbox");
  g_assert_true (json_object_get_boolean_member (header, "required"));
  g_assert_true (json_object_get_null_member (hidden, "command"));
  g_assert_cmpint (json_object_get_int_member (find (node, "SLEEP"), "deadline"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (hidden, "deadline"), ==, AIMX_VERB_DEADLINE_SECONDS);
  g_assert_cmpint (json_object_get_int_member (find (node, "OK"), "body_limit"), ==, 7);
  g_assert_cmpstr (json_object_get_string_member (find (node, "RELOAD"), "module"), ==, "core");
}

static void
test_modules_are_listed_with_what_became_of_them (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) node = call_json (fixture, "MODULE-LIST");
  JsonObject *alpha = find (node, "alpha"), *abi = find (node, "abi-major"), *door = find (node, "door");

  g_assert_cmpstr (json_object_get_string_member (alpha, "state"), ==, "loaded");
  g_assert_cmpstr (json_object_get_string_member (alpha, "version"), ==, "1.2");
  g_assert_true (json_object_get_null_member (alpha, "reason"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (alpha, "verbs")), ==, 0);
  g_assert_true (g_str_has_suffix (json_object_get_string_member (alpha, "file"), "/alpha.so"));
  g_assert_cmpstr (json_object_get_string_member (abi, "state"), ==, "refused");
  g_assert_nonnull (strstr (json_object_get_string_member (abi, "reason"), "ABI"));
  g_assert_true (json_object_get_null_member (abi, "version"));
  g_assert_cmpstr (json_object_get_string_member (door, "state"), ==, "disabled");
}

static void
count_event (const char *name, GVariant *details, gpointer user_data)
{
  guint *n_events = user_data;

  (*n_events)++;
}

static void
test_reload_reads_the_file_again_and_tells_everybody (Fixture *fixture, gconstpointer data)
{
  guint n_events = 0;
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  aimx_event_bus_subscribe (aimx_server_get_event_bus (fixture->server), AIMX_EVENT_CONFIG_CHANGED, count_event,
                            &n_events, NULL);
  assert_fails (fixture, 0, "OWNER", "new", AIMX_ERROR_NO_ENTRY, "mailbox 'new' does not exist");
  write_config (fixture, "domains = [\"a.org\"]\n"
                         "[mailboxes.\"new@a.org\"]\naddress = \"new@a.org\"\nowner = \"no-such-user\"\n");
  assert_ack (fixture, 0, "RELOAD", NULL);
  assert_ack (fixture, 0, "OWNER", "new");
  assert_logged ("new@a.org");
  while (n_events == 0 && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_events, ==, 1);
}

static void
test_what_needs_another_start_is_told (Fixture *fixture, gconstpointer data)
{
  write_config (fixture, "domains = [\"a.org\"]\ndata_dir = \"/elsewhere\"\n");
  assert_ack (fixture, 0, "RELOAD", NULL);
  assert_logged ("data_dir is /elsewhere in the configuration by now, but the mail stays in /var/lib/aimx until");
}

static void
test_a_broken_file_is_said_where_and_the_old_configuration_stays (Fixture *fixture, gconstpointer data)
{
  g_autofree char *message = NULL;

  write_config (fixture, "domains = [\"a.org\"]\n[mailboxes.\"x@c.org\"]\naddress = \"x@c.org\"\nowner = \"daemon\"\n");
  message = fail (fixture, 0, "RELOAD", NULL, AIMX_ERROR_VALIDATION);
  g_assert_nonnull (strstr (message, fixture->file));
  g_assert_nonnull (strstr (message, "3"));
  assert_logged ("the one in use stays");
  assert_ack (fixture, 0, "OWNER", "info");
}

/* ---- what else it does ---- */

typedef struct
{
  Fixture *fixture;
  GThread *caller;
} Errand;

static void
run_errand (gpointer user_data)
{
  Errand *errand = user_data;

  g_assert_true (errand->caller != g_thread_self ());
  g_mutex_lock (&errand->fixture->mutex);
  errand->fixture->n_handled++;
  g_mutex_unlock (&errand->fixture->mutex);
}

static void
test_closing_waits_for_what_runs (Fixture *fixture, gconstpointer data)
{
  Errand errand = { fixture, g_thread_self () };

  for (int i = 0; i < 200; i++)
    aimx_server_run (fixture->server, run_errand, &errand);
  aimx_server_close (fixture->server);
  g_assert_cmpuint (fixture->n_handled, ==, 200);
}

static void
test_closing_leaves_alone_what_does_not_end (Fixture *fixture, gconstpointer data)
{
  assert_fails (fixture, 0, "SLEEP", NULL, AIMX_ERROR_IO, "SLEEP gave no answer within 1 s");
  aimx_server_close (fixture->server);
  assert_logged ("module 'tester' still runs something");
  /* Nothing was taken from under it: the server is whole, and kept so by a reference of its own. */
  assert_ack (fixture, 0, "OK", NULL);
  release (fixture);
  aimx_server_close (fixture->server);
  g_object_unref (fixture->server);
}

static void
test_an_owner_to_be_is_the_caller (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxCaller) owner = aimx_caller_new (owner_uid (), 1, 1);
  g_autoptr (AimxCaller) stranger = aimx_caller_new (STRANGER, 1, 1);
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (fixture->server));
  const AimxMailbox *info = aimx_config_get_mailbox (config, "info@a.org");
  g_autoptr (GError) error = NULL;

  g_assert_true (aimx_server_authorize_owner (fixture->server, owner, "X", "new@a.org", "daemon", NULL));
  g_assert_false (aimx_server_authorize_owner (fixture->server, stranger, "X", "new@a.org", "daemon", &error));
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_ACCESS);
  g_assert_true (aimx_server_owns (fixture->server, owner, info));
  g_assert_false (aimx_server_owns (fixture->server, stranger, info));
}

#define ADD(name, func) g_test_add ("/server/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  static const char *const modules[] = { "modules" };

  g_test_init (&argc, &argv, NULL);
  logged = g_string_new (NULL);
  g_log_set_writer_func (remember, NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("call", test_a_good_call_is_answered);
  ADD ("no-call", test_what_is_not_a_call_never_reaches_a_handler);
  ADD ("invalid-answer", test_a_handler_without_a_valid_answer_is_io_and_its_module_named);
  ADD ("deadline", test_a_handler_that_misses_its_deadline_is_io_and_its_module_named);
  ADD ("deadline-in-queue", test_a_call_whose_turn_comes_too_late_is_not_run);
  ADD ("owner", test_an_owner_and_root_may_and_others_are_told_so);
  ADD ("hidden", test_what_is_hidden_answers_like_what_is_missing);
  ADD ("system", test_the_system_is_not_for_everybody);
  ADD ("names", test_names_are_resolved_before_anything_else);
  ADD ("body-limit", test_a_door_learns_the_body_limit);
  ADD ("version", test_version_says_which_build_it_is);
  ADD ("verb-list", test_verbs_describe_themselves);
  g_test_add ("/server/module-list", Fixture, modules, set_up, test_modules_are_listed_with_what_became_of_them,
              tear_down);
  ADD ("reload", test_reload_reads_the_file_again_and_tells_everybody);
  ADD ("reload-later", test_what_needs_another_start_is_told);
  ADD ("reload-broken", test_a_broken_file_is_said_where_and_the_old_configuration_stays);
  ADD ("close", test_closing_waits_for_what_runs);
  ADD ("close-busy", test_closing_leaves_alone_what_does_not_end);
  ADD ("owner-to-be", test_an_owner_to_be_is_the_caller);
  return g_test_run ();
}
