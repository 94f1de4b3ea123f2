/* SPDX-License-Identifier: MIT */
/* Promises of core/event-bus.c. */
#include "acting-module.h"
#include "event-bus-private.h"

#define N_THREADS 4
#define N_EVENTS  500

#define DEADLINE_USEC (20 * G_USEC_PER_SEC)

typedef struct
{
  GMainContext *context;
  AimxEventBus *bus;
  GString *heard;
} Fixture;

typedef struct
{
  Fixture *fixture;
  char letter;
  guint ends; /* a subscription to end when called */
} Listener;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->context = g_main_context_new ();
  fixture->bus = aimx_event_bus_new (fixture->context);
  fixture->heard = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->bus);
  g_main_context_unref (fixture->context);
  g_string_free (fixture->heard, TRUE);
}

static void
deliver (Fixture *fixture)
{
  g_assert_true (g_main_context_acquire (fixture->context));
  while (g_main_context_iteration (fixture->context, FALSE))
    ;
  g_main_context_release (fixture->context);
}

static void
write_down (const char *name, GVariant *details, gpointer user_data)
{
  Listener *listener = user_data;

  g_string_append_printf (listener->fixture->heard, "%c:%s ", listener->letter, name);
  if (listener->ends != 0)
    aimx_event_bus_unsubscribe (listener->fixture->bus, listener->ends);
  listener->ends = 0;
}

static void
test_events_come_in_order_to_listeners_in_order (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 }, b = { fixture, 'b', 0 };

  aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &a, NULL);
  aimx_event_bus_subscribe (fixture->bus, "two", write_down, &b, NULL);
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  aimx_event_bus_emit (fixture->bus, "two", NULL);
  aimx_event_bus_emit (fixture->bus, "three", NULL);
  g_assert_cmpstr (fixture->heard->str, ==, "");
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a:one a:two b:two a:three ");
}

static void
test_what_happened_before_a_subscription_is_not_told (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 };

  aimx_event_bus_emit (fixture->bus, "before", NULL);
  aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &a, NULL);
  aimx_event_bus_emit (fixture->bus, "after", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a:after ");
}

static void
test_what_nobody_listens_to_wakes_nobody (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 };

  aimx_event_bus_subscribe (fixture->bus, "one", write_down, &a, NULL);
  aimx_event_bus_emit (fixture->bus, "two", NULL);
  g_assert_true (g_main_context_acquire (fixture->context));
  g_assert_false (g_main_context_pending (fixture->context));
  g_main_context_release (fixture->context);
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a:one ");
}

static void
forget_letter (gpointer data)
{
  Listener *listener = data;

  g_string_append_printf (listener->fixture->heard, "%c:gone ", listener->letter);
}

static void
test_an_ended_subscription_is_not_called_and_its_data_freed (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 }, b = { fixture, 'b', 0 };
  guint first = aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &a, forget_letter);

  a.ends = aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &b, forget_letter);
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  aimx_event_bus_emit (fixture->bus, "two", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a:one b:gone a:two ");
  g_string_truncate (fixture->heard, 0);
  a.ends = first;
  aimx_event_bus_emit (fixture->bus, "three", NULL);
  aimx_event_bus_emit (fixture->bus, "four", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a:three a:gone ");
}

static void
test_ended_on_another_thread_the_data_is_freed_on_the_main_context (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 };
  guint id = aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &a, forget_letter);

  aimx_event_bus_emit (fixture->bus, "one", NULL);
  /* This thread does not own the context. */
  aimx_event_bus_unsubscribe (fixture->bus, id);
  g_assert_cmpstr (fixture->heard->str, ==, "");
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a:gone ");
}

static void
read_details (const char *name, GVariant *details, gpointer user_data)
{
  Fixture *fixture = user_data;
  const char *mailbox = NULL;

  g_assert_true (g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT));
  g_variant_lookup (details, "mailbox", "&s", &mailbox);
  g_string_append_printf (fixture->heard, "%s ", mailbox != NULL ? mailbox : "none");
}

static void
test_details_are_a_dictionary (Fixture *fixture, gconstpointer data)
{
  GVariantDict dict;

  aimx_event_bus_subscribe (fixture->bus, NULL, read_details, fixture, NULL);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "mailbox", "s", "a@x.org");
  aimx_event_bus_emit (fixture->bus, "one", g_variant_dict_end (&dict));
  aimx_event_bus_emit (fixture->bus, "two", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a@x.org none ");
}

typedef struct
{
  guint first;
  guint count;
} Tally;

static void
count (const char *name, GVariant *details, gpointer user_data)
{
  Tally *tally = user_data;
  guint number = 0;

  g_variant_lookup (details, "number", "u", &number);
  if (tally->count++ == 0)
    tally->first = number;
}

static void
emit_number (AimxEventBus *bus, guint number)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "number", "u", number);
  aimx_event_bus_emit (bus, "flood", g_variant_dict_end (&dict));
}

static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  n_warnings += (level & G_LOG_LEVEL_WARNING) != 0;
  return G_LOG_WRITER_HANDLED;
}

static void
test_a_full_queue_drops_the_oldest_and_warns (Fixture *fixture, gconstpointer data)
{
  Tally tally = { 0 };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  aimx_event_bus_subscribe (fixture->bus, NULL, count, &tally, NULL);
  for (guint i = 0; i < AIMX_EVENT_QUEUE_MAX + 3; i++)
    emit_number (fixture->bus, i);
  deliver (fixture);
  g_assert_cmpuint (tally.first, ==, 3);
  g_assert_cmpuint (tally.count, ==, AIMX_EVENT_QUEUE_MAX);
  /* At the first and the second. */
  g_assert_cmpuint (n_warnings, ==, 2);
}

static void
test_a_flood_drops_nothing_but_itself (Fixture *fixture, gconstpointer data)
{
  Listener mail = { fixture, 'm', 0 };
  Tally flood = { 0 };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  aimx_event_bus_subscribe (fixture->bus, "mail", write_down, &mail, NULL);
  aimx_event_bus_subscribe (fixture->bus, "flood", count, &flood, NULL);
  aimx_event_bus_emit (fixture->bus, "mail", NULL);
  for (guint i = 0; i < 3 * AIMX_EVENT_QUEUE_MAX; i++)
    emit_number (fixture->bus, i);
  aimx_event_bus_emit (fixture->bus, "mail", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "m:mail m:mail ");
  g_assert_cmpuint (flood.count, ==, AIMX_EVENT_QUEUE_MAX - 2);
}

static GAsyncQueue *warnings;

static GLogWriterOutput
keep_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  for (gsize i = 0; (level & G_LOG_LEVEL_WARNING) != 0 && i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      g_async_queue_push (warnings, g_strdup (fields[i].value));
  return G_LOG_WRITER_HANDLED;
}

static void
assert_warning (const char *pattern)
{
  g_autofree char *warning = g_async_queue_timeout_pop (warnings, DEADLINE_USEC);

  if (warning == NULL || !g_pattern_match_simple (pattern, warning))
    g_error ("the log says '%s', not '%s'", warning, pattern);
}

/* Returns when somebody has noticed that it does not. */
static void
hang_until_told_about (const char *name, GVariant *details, gpointer user_data)
{
  assert_warning ("a listener of module 'plugin' to 'one' has been running for * s, and the server waits for it");
}

static void
test_a_listener_that_hangs_is_named_while_it_does_and_afterwards (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 };
  const char *before;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      return;
    }
  warnings = g_async_queue_new_full (g_free);
  g_log_set_writer_func (keep_warnings, NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  before = aimx_acting_module_set ("plugin");
  aimx_event_bus_subscribe (fixture->bus, "one", hang_until_told_about, NULL, NULL);
  aimx_acting_module_set (before);
  aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &a, NULL);
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  deliver (fixture);
  assert_warning ("a listener of module 'plugin' to 'one' took *.* s, and the server waited for it");
  g_assert_cmpstr (fixture->heard->str, ==, "a:one ");
}

static void
test_what_a_module_leaves_behind_can_be_withdrawn (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 }, b = { fixture, 'b', 0 };
  const char *before = aimx_acting_module_set ("plugin");

  aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &a, forget_letter);
  aimx_event_bus_subscribe (fixture->bus, "one", write_down, &a, forget_letter);
  aimx_acting_module_set (before);
  aimx_event_bus_subscribe (fixture->bus, NULL, write_down, &b, NULL);
  g_assert_true (g_main_context_acquire (fixture->context));
  aimx_event_bus_withdraw (fixture->bus, "plugin");
  g_main_context_release (fixture->context);
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "a:gone a:gone b:one ");
}

static void
write_down_who_acts (const char *name, GVariant *details, gpointer user_data)
{
  Listener *listener = user_data;

  g_string_append_printf (listener->fixture->heard, "%s ", aimx_acting_module_get ());
}

static void
test_a_listener_acts_for_who_subscribed (Fixture *fixture, gconstpointer data)
{
  Listener a = { fixture, 'a', 0 };
  const char *before = aimx_acting_module_set ("plugin");

  aimx_event_bus_subscribe (fixture->bus, NULL, write_down_who_acts, &a, NULL);
  aimx_acting_module_set (before);
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "plugin ");
  g_assert_null (aimx_acting_module_get ());
}

static gpointer
emit_many (gpointer data)
{
  for (guint i = 0; i < N_EVENTS; i++)
    emit_number (data, i);
  return NULL;
}

static void
test_many_threads_may_emit_while_the_loop_delivers (Fixture *fixture, gconstpointer data)
{
  GThread *threads[N_THREADS];
  Tally tally = { 0 };

  aimx_event_bus_subscribe (fixture->bus, "flood", count, &tally, NULL);
  g_assert_true (g_main_context_acquire (fixture->context));
  for (int i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("emitter", emit_many, fixture->bus);
  while (tally.count < N_THREADS * N_EVENTS)
    g_main_context_iteration (fixture->context, TRUE);
  g_main_context_release (fixture->context);
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static void
ask_whether_told (const char *name, GVariant *details, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append (fixture->heard, aimx_event_bus_has_told (fixture->bus, name) ? "told " : "not yet ");
}

static void
test_it_says_whether_everybody_has_heard (Fixture *fixture, gconstpointer data)
{
  aimx_event_bus_subscribe (fixture->bus, "one", ask_whether_told, fixture, NULL);
  g_assert_true (aimx_event_bus_has_told (fixture->bus, "one"));
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  aimx_event_bus_emit (fixture->bus, "one", NULL);
  g_assert_false (aimx_event_bus_has_told (fixture->bus, "one"));
  g_assert_true (aimx_event_bus_has_told (fixture->bus, "two"));
  deliver (fixture);
  g_assert_cmpstr (fixture->heard->str, ==, "not yet not yet ");
  g_assert_true (aimx_event_bus_has_told (fixture->bus, "one"));
}

#define ADD(name, func) g_test_add ("/event-bus/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", test_events_come_in_order_to_listeners_in_order);
  ADD ("not-the-past", test_what_happened_before_a_subscription_is_not_told);
  ADD ("unheard", test_what_nobody_listens_to_wakes_nobody);
  ADD ("unsubscribe", test_an_ended_subscription_is_not_called_and_its_data_freed);
  ADD ("unsubscribe-elsewhere", test_ended_on_another_thread_the_data_is_freed_on_the_main_context);
  ADD ("details", test_details_are_a_dictionary);
  ADD ("overflow", test_a_full_queue_drops_the_oldest_and_warns);
  ADD ("flood", test_a_flood_drops_nothing_but_itself);
  ADD ("hangs", test_a_listener_that_hangs_is_named_while_it_does_and_afterwards);
  ADD ("withdrawn", test_what_a_module_leaves_behind_can_be_withdrawn);
  ADD ("acting", test_a_listener_acts_for_who_subscribed);
  ADD ("has-told", test_it_says_whether_everybody_has_heard);
  ADD ("threads", test_many_threads_may_emit_while_the_loop_delivers);
  return g_test_run ();
}
