/* SPDX-License-Identifier: MIT */
/* Promises of modules/dbus on a bus of its own: who sees what, what is told to whom, and a bus that comes and goes. */
#include "dbus/door.h"
#include "dbus/interfaces.h"
#include "dbus/names.h"
#include "mailbox/verbs.h"
#include "scratch-bus.h"
#include "verb-fixture.h"

#define INFO      BUS_MAILBOXES_PATH "/info_40a_2etest"
#define ORPHAN    BUS_MAILBOXES_PATH "/gone_40a_2etest"
#define DOMAIN_A  BUS_DOMAINS_PATH "/a_2etest"
#define NOT_THERE "GDBus.Error:" BUS_ERROR_UNKNOWN_OBJECT

static const char config[] = "domains = [\"a.test\", \"b.test\"]\n"
                             "[mailboxes.\"info@a.test\"]\naddress = \"info@a.test\"\nowner = \"OWNER\"\n"
                             "[mailboxes.\"gone@a.test\"]\naddress = \"gone@a.test\"\nowner = \"no-such-user\"\n";

typedef struct
{
  VerbFixture verbs;
  ScratchBus bus;
  BusDoor *door;
  GString *heard; /* `member path` of each signal, one a line */
} Fixture;

static gboolean
on_deadline (gpointer user_data)
{
  g_error ("nothing happened in time");
  return G_SOURCE_REMOVE;
}

/* ---- calls ---- */

typedef struct
{
  GVariant *value;
  GError *error;
  gboolean done;
} Answer;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->value = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &answer->error);
  answer->done = TRUE;
}

/* Takes a floating @parameters. */
static GVariant *
try_call (GDBusConnection *peer,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *parameters,
          GError **error)
{
  guint deadline = g_timeout_add_seconds (VERB_DEADLINE_SECONDS, on_deadline, NULL);
  Answer answer = { NULL };

  g_dbus_connection_call (peer, BUS_NAME, path, interface, method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT,
                          NULL, on_answer, &answer);
  while (!answer.done)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.value;
}

/* Returns the answer as text. */
static char *
call (GDBusConnection *peer, const char *path, const char *interface, const char *method, GVariant *parameters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = try_call (peer, path, interface, method, parameters, &error);

  g_assert_no_error (error);
  return g_variant_print (value, FALSE);
}

static void
assert_fails (GDBusConnection *peer,
              const char *path,
              const char *interface,
              const char *method,
              GVariant *parameters,
              const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = try_call (peer, path, interface, method, parameters, &error);

  g_assert_null (value);
  if (strstr (error->message, says) == NULL)
    g_error ("%s.%s on %s failed with \"%s\" instead of \"%s\"", interface, method, path, error->message, says);
}

/* Makes @peer one that is told things, and waits for the door to be on the bus. */
static void
subscribe (GDBusConnection *peer)
{
  guint deadline = g_timeout_add_seconds (VERB_DEADLINE_SECONDS, on_deadline, NULL);

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) value = try_call (peer, BUS_ROOT_PATH, BUS_MANAGER, "Subscribe", NULL, &error);

      if (error == NULL)
        break;
      g_assert_error (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN);
    }
  g_source_remove (deadline);
}

/* ---- signals ---- */

static void
on_signal (GDBusConnection *connection,
           const char *sender,
           const char *path,
           const char *interface,
           const char *signal,
           GVariant *parameters,
           gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *text = g_variant_print (parameters, FALSE);

  g_string_append_printf (fixture->heard, "%s %s %s\n", signal, strrchr (path, '/') + 1, text);
}

static void
listen (Fixture *fixture, GDBusConnection *peer)
{
  g_dbus_connection_signal_subscribe (peer, BUS_NAME, NULL, NULL, NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal,
                                      fixture, NULL);
  subscribe (peer);
}

static void
wait_for_signal (Fixture *fixture, const char *line)
{
  guint deadline = g_timeout_add_seconds (VERB_DEADLINE_SECONDS, on_deadline, NULL);

  while (strstr (fixture->heard->str, line) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

/* ---- the door ---- */

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const AimxVerbSpec *const verbs[] = { &mailbox_create_verb, &mailbox_delete_verb, &mailbox_show_verb, NULL };

  verb_fixture_init (&fixture->verbs, verbs, config);
  scratch_bus_init (&fixture->bus);
  fixture->heard = g_string_new (NULL);
  fixture->door = bus_door_new (fixture->verbs.server);
  bus_door_open (fixture->door, fixture->bus.address);
}

static void
on_closed (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_clear_pointer (&fixture->door, bus_door_free);
}

static void
close_door (Fixture *fixture)
{
  guint deadline = g_timeout_add_seconds (VERB_DEADLINE_SECONDS, on_deadline, NULL);

  bus_door_close (fixture->door, on_closed, fixture);
  while (fixture->door != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (deadline);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->door != NULL)
    close_door (fixture);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  verb_fixture_clear (&fixture->verbs);
  scratch_bus_clear (&fixture->bus);
  g_string_free (fixture->heard, TRUE);
}

static GDBusConnection *
connect_as (Fixture *fixture, guint uid)
{
  GDBusConnection *peer = scratch_bus_connect (&fixture->bus, uid);

  subscribe (peer);
  return peer;
}

/* ---- promises ---- */

static void
test_the_own_user_of_the_daemon_sees_domains (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) peer = connect_as (fixture, geteuid ());
  g_autofree char *objects = call (peer, BUS_ROOT_PATH, BUS_OBJECT_MANAGER, "GetManagedObjects", NULL);
  g_autofree char *domain = call (peer, DOMAIN_A, BUS_PROPERTIES, "GetAll", g_variant_new ("(s)", BUS_DOMAIN));
  g_autofree char *xml = call (peer, BUS_ROOT_PATH, BUS_INTROSPECTABLE, "Introspect", NULL);

  g_assert_nonnull (strstr (objects, DOMAIN_A "'"));
  g_assert_nonnull (strstr (objects, INFO "'"));
  g_assert_nonnull (strstr (xml, "<node name=\"domain\"/>"));
  g_assert_cmpstr (domain, ==,
                   "({'Name': <'a.test'>, 'Default': <true>, 'DkimLoaded': <false>, 'DkimSelector': <'aimx'>, "
                   "'MailboxCount': <uint32 2>, 'Overrides': <@as []>},)");
}

/* Twice: who owns a mailbox is known by then, and forgotten again. */
static void
test_a_stranger_finds_nothing (Fixture *fixture, gconstpointer data)
{
  static const char *const paths[] = { INFO, ORPHAN, DOMAIN_A, BUS_MAILBOXES_PATH "/nobody_40a_2etest" };
  g_autoptr (GDBusConnection) peer = NULL;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can be a stranger");
      return;
    }
  /* The bus wants users with an account. */
  peer = connect_as (fixture, getpwnam ("man")->pw_uid);
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (paths); i++)
    {
      const char *path = paths[i / 2];
      gboolean is_domain = strstr (path, "/domain/") != NULL;
      const char *interface = is_domain ? BUS_DOMAIN : BUS_MAILBOX;

      if (i % 2 == 1)
        aimx_accounts_forget (aimx_server_get_accounts (fixture->verbs.server));
      assert_fails (peer, path, BUS_INTROSPECTABLE, "Introspect", NULL, NOT_THERE);
      assert_fails (peer, path, BUS_PROPERTIES, "GetAll", g_variant_new ("(s)", interface), NOT_THERE);
      assert_fails (peer, path, BUS_PROPERTIES, "Get", g_variant_new ("(ss)", interface, "Name"), NOT_THERE);
      if (!is_domain)
        assert_fails (peer, path, BUS_MAILBOX, "Show", NULL, NOT_THERE);
    }
}

static void
test_an_owner_finds_the_own (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) peer = connect_as (fixture, verb_owner_uid ());
  g_autofree char *shown = NULL, *objects = NULL, *owner = NULL;

  aimx_accounts_forget (aimx_server_get_accounts (fixture->verbs.server));
  shown = call (peer, INFO, BUS_MAILBOX, "Show", NULL);
  objects = call (peer, BUS_ROOT_PATH, BUS_OBJECT_MANAGER, "GetManagedObjects", NULL);
  owner = call (peer, INFO, BUS_PROPERTIES, "Get", g_variant_new ("(ss)", BUS_MAILBOX, "Owner"));
  g_assert_nonnull (strstr (shown, "\"name\":\"info@a.test\""));
  g_assert_nonnull (strstr (objects, INFO "'"));
  g_assert_nonnull (strstr (owner, verb_owner ()));
  assert_fails (peer, ORPHAN, BUS_MAILBOX, "Show", NULL, NOT_THERE);
}

static void
assert_has_properties (GDBusConnection *peer, const char *path, const char *interface)
{
  GDBusPropertyInfo **properties = bus_interface_find (interface)->properties;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) all = try_call (peer, path, BUS_PROPERTIES, "GetAll", g_variant_new ("(s)", interface), &error);
  g_autoptr (GVariant) dictionary = NULL;
  guint n = 0;

  g_assert_no_error (error);
  dictionary = g_variant_get_child_value (all, 0);
  for (; properties[n] != NULL; n++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (dictionary, properties[n]->name, NULL);
      g_autoptr (GVariant) got =
          try_call (peer, path, BUS_PROPERTIES, "Get", g_variant_new ("(ss)", interface, properties[n]->name), &error);
      g_autoptr (GVariant) same = g_variant_ref_sink (g_variant_new ("(v)", value));

      g_assert_no_error (error);
      g_assert_cmpstr (g_variant_get_type_string (value), ==, properties[n]->signature);
      g_assert_cmpvariant (got, same);
    }
  g_assert_cmpuint (g_variant_n_children (dictionary), ==, n);
}

static void
test_properties_are_those_of_the_interfaces (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) peer = connect_as (fixture, geteuid ());
  g_autoptr (GDBusConnection) owner = connect_as (fixture, verb_owner_uid ());

  assert_has_properties (peer, BUS_ROOT_PATH, BUS_MANAGER);
  assert_has_properties (peer, DOMAIN_A, BUS_DOMAIN);
  assert_has_properties (owner, INFO, BUS_MAILBOX);
}

static void
test_a_verb_that_fails_says_its_code (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) peer = connect_as (fixture, geteuid ());

  assert_fails (peer, BUS_ROOT_PATH, BUS_MANAGER, "Call", g_variant_new ("(sa{ss}ay)", "NO-SUCH", NULL, NULL),
                "GDBus.Error:" BUS_ERROR_PREFIX "PROTOCOL: unknown verb 'NO-SUCH'");
  assert_fails (peer, DOMAIN_A, BUS_DOMAIN, "SetDefault", NULL, BUS_ERROR_PREFIX "PROTOCOL");
}

static void
test_a_changed_file_is_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) peer = scratch_bus_connect (&fixture->bus, verb_owner_uid ());
  g_autoptr (GDBusConnection) root = connect_as (fixture, geteuid ());
  g_autofree char *text = g_strdup_printf ("domains = [\"a.test\"]\ntrust = \"verified\"\n"
                                           "[mailboxes.\"info@a.test\"]\naddress = \"info@a.test\"\nowner = \"%s\"\n"
                                           "[mailboxes.\"two@a.test\"]\naddress = \"two@a.test\"\nowner = \"%s\"\n",
                                           verb_owner (), verb_owner ());
  g_autofree char *answer = NULL;

  listen (fixture, peer);
  verb_fixture_write_config (&fixture->verbs, text);
  answer = call (root, BUS_ROOT_PATH, BUS_MANAGER, "Reload", NULL);
  wait_for_signal (fixture, "InterfacesAdded Aimx1 ('" BUS_MAILBOXES_PATH "/two_40a_2etest'");
  wait_for_signal (fixture, "MailboxAdded Aimx1 ('two@a.test',)");
  wait_for_signal (fixture, "PropertiesChanged info_40a_2etest ('" BUS_MAILBOX
                            "', {'Trust': <'verified'>, 'TrustSource': <'global'>}, [])");
  /* Nothing of what only root may know. */
  if (geteuid () == 0)
    g_assert_null (strstr (fixture->heard->str, "DomainRemoved"));
  g_assert_cmpstr (answer, ==, "()");
}

static void
emit_message (Fixture *fixture, const char *mailbox)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "mailbox", "s", mailbox);
  g_variant_dict_insert (&details, "id", "s", "the-id");
  aimx_event_bus_emit (aimx_server_get_event_bus (fixture->verbs.server), AIMX_EVENT_MESSAGE_RECEIVED,
                       g_variant_dict_end (&details));
}

static void
test_a_message_is_told_to_its_owner (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) peer = scratch_bus_connect (&fixture->bus, verb_owner_uid ());

  listen (fixture, peer);
  emit_message (fixture, "gone@a.test");
  emit_message (fixture, "info@a.test");
  wait_for_signal (fixture, "\n");
  g_assert_cmpstr (fixture->heard->str, ==, "MessageReceived info_40a_2etest ('info@a.test', 'the-id')\n");
}

static void
test_a_bus_that_comes_back_is_found (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDBusConnection) before = connect_as (fixture, geteuid ());
  g_autoptr (GDBusConnection) after = NULL;

  scratch_bus_stop (&fixture->bus);
  scratch_bus_start (&fixture->bus);
  after = connect_as (fixture, geteuid ());
  listen (fixture, after);
  verb_assert_ok (&fixture->verbs, 0, "MAILBOX-CREATE", HEADERS ("Name", "new@a.test", "Owner", verb_owner ()));
  wait_for_signal (fixture, "MailboxAdded Aimx1 ('new@a.test',)");
}

/* More than lies between two programs waits to be sent. */
static void
test_a_bus_that_hangs_does_not_hold_the_end_up (Fixture *fixture, gconstpointer data)
{
  static const char event[] = AIMX_EVENT_MESSAGE_RECEIVED " info@a.test\n";
  g_autoptr (GDBusConnection) peer = connect_as (fixture, verb_owner_uid ());
  gint64 start;

  kill (fixture->bus.pid, SIGSTOP);
  for (guint i = 0; i < 5000; i++)
    emit_message (fixture, "info@a.test");
  while (fixture->verbs.events->len < 5000 * strlen (event))
    g_main_context_iteration (NULL, TRUE);
  start = g_get_monotonic_time ();
  close_door (fixture);
  g_assert_cmpint (g_get_monotonic_time () - start, >, (BUS_CLOSE_SECONDS - 1) * G_USEC_PER_SEC);
}

static void
test_a_door_without_a_bus_closes (Fixture *fixture, gconstpointer data)
{
  scratch_bus_stop (&fixture->bus);
  close_door (fixture);
  fixture->door = bus_door_new (fixture->verbs.server);
  close_door (fixture);
  fixture->door = bus_door_new (fixture->verbs.server);
  bus_door_open (fixture->door, NULL);
  close_door (fixture);
}

#define ADD(name, test) g_test_add ("/bus-door/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("the-own-user-of-the-daemon-sees-domains", test_the_own_user_of_the_daemon_sees_domains);
  ADD ("a-stranger-finds-nothing", test_a_stranger_finds_nothing);
  ADD ("an-owner-finds-the-own", test_an_owner_finds_the_own);
  ADD ("properties-are-those-of-the-interfaces", test_properties_are_those_of_the_interfaces);
  ADD ("a-verb-that-fails-says-its-code", test_a_verb_that_fails_says_its_code);
  ADD ("a-changed-file-is-told", test_a_changed_file_is_told);
  ADD ("a-message-is-told-to-its-owner", test_a_message_is_told_to_its_owner);
  ADD ("a-bus-that-comes-back-is-found", test_a_bus_that_comes_back_is_found);
  ADD ("a-bus-that-hangs-does-not-hold-the-end-up", test_a_bus_that_hangs_does_not_hold_the_end_up);
  ADD ("a-door-without-a-bus-closes", test_a_door_without_a_bus_closes);
  return g_test_run ();
}
