/* SPDX-License-Identifier: MIT */
/*
 * A whole server with real modules, as a third party would build them: what core/server-open.c puts together, and what
 * modules and the server promise each other. Linked with the shared library, as modules are.
 */
#include "module-links.h"
#include "server-private.h"

#include <aimx/aimx.h>

static const char config_text[] = "domains = [\"a.org\"]\n";

typedef struct
{
  char *directory;
  char *modules;
  char *data_dir;
  AimxServer *server;
} Fixture;

static GMutex logged_mutex;
static GString *logged;

static GLogWriterOutput
remember (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&logged_mutex);

  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_string_append_printf (logged, "%s\n", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

/* Asserts that the log says all of that, one after the other. */
static void
assert_logged (const char *first, ...)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&logged_mutex);
  const char *from = logged->str;
  va_list args;

  va_start (args, first);
  for (const char *says = first; says != NULL; says = va_arg (args, const char *))
    {
      from = strstr (from, says);
      if (from == NULL)
        g_error ("the log does not say '%s' in its turn:\n%s", says, logged->str);
    }
  va_end (args);
}

static void
write_config (Fixture *fixture, const char *text)
{
  g_autofree char *file = g_build_filename (fixture->directory, "config.toml", NULL);

  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->directory = g_dir_make_tmp ("aimx-modules-XXXXXX", NULL);
  fixture->data_dir = g_build_filename (fixture->directory, "data", NULL);
  fixture->modules = module_links_new ();
  write_config (fixture, config_text);
  g_string_truncate (logged, 0);
}

static void
close_server (Fixture *fixture)
{
  if (fixture->server == NULL)
    return;
  aimx_server_close (fixture->server);
  g_assert_finalize_object (g_steal_pointer (&fixture->server));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_server (fixture);
  remove_tree (fixture->modules);
  remove_tree (fixture->directory);
  g_free (fixture->modules);
  g_free (fixture->data_dir);
  g_free (fixture->directory);
}

static void
add_module (Fixture *fixture, const char *name)
{
  module_links_add (fixture->modules, "plugins", name);
}

static AimxServer *
try_open (Fixture *fixture, AimxServerMode mode, GError **error)
{
  const char *const module_path[] = { fixture->modules, NULL };
  const char *const binds[] = { "127.0.0.1:0", "[::1]:0", NULL };
  const AimxServerSettings settings = { .mode = mode,
                                        .config_dir = fixture->directory,
                                        .runtime_dir = fixture->directory,
                                        .data_dir = fixture->data_dir,
                                        .binds = binds,
                                        .module_path = module_path };

  return aimx_server_open (&settings, error);
}

static void
open_server (Fixture *fixture, AimxServerMode mode)
{
  g_autoptr (GError) error = NULL;

  fixture->server = try_open (fixture, mode, &error);
  g_assert_no_error (error);
}

static AimxResponse *
call (Fixture *fixture, const char *verb)
{
  g_autoptr (AimxCaller) root = aimx_caller_new (0, 0, 1);
  g_autoptr (AimxRequest) request = aimx_request_new (root, verb, NULL, NULL);

  return aimx_server_call (fixture->server, request);
}

static void
assert_succeeds (Fixture *fixture, const char *verb)
{
  g_autoptr (AimxResponse) response = call (fixture, verb);

  g_assert_no_error (aimx_response_get_error (response));
}

static void
assert_fails (Fixture *fixture, const char *verb, AimxError code)
{
  g_autoptr (AimxResponse) response = call (fixture, verb);

  g_assert_error (aimx_response_get_error (response), AIMX_ERROR, (int) code);
}

static void
test_a_modules_verbs_and_service_are_the_servers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxResponse) response = NULL;
  g_autoptr (GObject) service = NULL;

  add_module (fixture, "speaker");
  open_server (fixture, AIMX_SERVER_CHANGE);
  response = call (fixture, "GREET");
  g_assert_no_error (aimx_response_get_error (response));
  g_assert_cmpstr (aimx_response_get_id (response), ==, "hello");
  service = aimx_server_get_service (fixture->server, AIMX_TYPE_INGESTER);
  g_assert_true (AIMX_IS_INGESTER (service));
  g_clear_object (&service);
  close_server (fixture);
  assert_logged ("speaker: unload", NULL);
}

static void
test_a_modules_faults_are_answers (Fixture *fixture, gconstpointer data)
{
  add_module (fixture, "speaker");
  open_server (fixture, AIMX_SERVER_CHANGE);
  assert_fails (fixture, "MUMBLE", AIMX_ERROR_IO);
  assert_fails (fixture, "PONDER", AIMX_ERROR_IO);
  assert_logged ("module 'speaker': MUMBLE gave no valid answer", "module 'speaker': PONDER gave no answer within 1 s",
                 NULL);
  assert_succeeds (fixture, "WAKE");
  close_server (fixture);
  assert_logged ("the answer to PONDER came after its deadline and is dropped", NULL);
}

static void
test_a_load_that_fails_leaves_nothing_behind (Fixture *fixture, gconstpointer data)
{
  add_module (fixture, "speaker");
  add_module (fixture, "rival");
  open_server (fixture, AIMX_SERVER_CHANGE);
  assert_fails (fixture, "RIVAL", AIMX_ERROR_PROTOCOL);
  assert_succeeds (fixture, "GREET");
  assert_logged ("module 'rival' is refused", "'GREET'", NULL);
}

static gboolean
shut_down (gpointer server)
{
  aimx_server_shut_down (server);
  return G_SOURCE_REMOVE;
}

static void
test_doors_close_before_what_is_behind_them (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  add_module (fixture, "speaker");
  add_module (fixture, "doorman");
  open_server (fixture, AIMX_SERVER_DAEMON);
  g_assert_cmpstr (aimx_server_get_option (fixture->server, "bind")[1], ==, "[::1]:0");
  g_assert_null (aimx_server_get_option (fixture->server, "tls-cert"));
  g_idle_add (shut_down, fixture->server);
  g_assert_true (aimx_server_serve (fixture->server, &error));
  g_assert_no_error (error);
  close_server (fixture);
  assert_logged ("speaker: too late: module 'speaker' can register", "speaker: open", "ready: ", "doorman: stop\n",
                 "doorman: stopped", "speaker: stop\n", "speaker: stopped", "speaker: unload", NULL);
}

static void
test_what_cannot_be_opened_says_why (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AimxServer) second = NULL;
  g_autoptr (GError) error = NULL;

  open_server (fixture, AIMX_SERVER_CHANGE);
  second = try_open (fixture, AIMX_SERVER_CHANGE, &error);
  g_assert_null (second);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT);
  g_clear_error (&error);
  close_server (fixture);
  write_config (fixture, "domains = 1\n");
  second = try_open (fixture, AIMX_SERVER_CHANGE, &error);
  g_assert_null (second);
  g_assert_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION);
  g_assert_nonnull (strstr (error->message, "config.toml"));
}

/* The layout of a server with one domain. */
static void
make_old_layout (Fixture *fixture)
{
  g_autofree char *inbox = g_build_filename (fixture->data_dir, "inbox", NULL);

  write_config (fixture, "domain = \"a.org\"\n");
  g_assert_no_errno (g_mkdir_with_parents (inbox, 0755));
}

static void
test_an_old_layout_is_migrated_before_it_is_used (Fixture *fixture, gconstpointer data)
{
  g_autofree char *inbox = g_build_filename (fixture->data_dir, "a.org", "inbox", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxServer) reader = NULL;

  make_old_layout (fixture);
  reader = try_open (fixture, AIMX_SERVER_READ, &error);
  g_assert_null (reader);
  g_assert_nonnull (strstr (error->message, "aimx serve"));
  open_server (fixture, AIMX_SERVER_CHANGE);
  g_assert_true (g_file_test (inbox, G_FILE_TEST_IS_DIR));
}

static void
test_reading_needs_no_lock (Fixture *fixture, gconstpointer data)
{
  AimxServer *daemon;

  open_server (fixture, AIMX_SERVER_DAEMON);
  daemon = g_steal_pointer (&fixture->server);
  open_server (fixture, AIMX_SERVER_READ);
  assert_succeeds (fixture, "VERB-LIST");
  close_server (fixture);
  fixture->server = daemon;
}

#define ADD(name, func) g_test_add ("/server-modules/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  logged = g_string_new (NULL);
  g_log_set_writer_func (remember, NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("offers", test_a_modules_verbs_and_service_are_the_servers);
  ADD ("faults", test_a_modules_faults_are_answers);
  ADD ("load-fails", test_a_load_that_fails_leaves_nothing_behind);
  ADD ("end", test_doors_close_before_what_is_behind_them);
  ADD ("open-fails", test_what_cannot_be_opened_says_why);
  ADD ("migration", test_an_old_layout_is_migrated_before_it_is_used);
  ADD ("read", test_reading_needs_no_lock);
  return g_test_run ();
}
