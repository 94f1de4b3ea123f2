/* SPDX-License-Identifier: MIT */
/* Promises of core/mail/retry-memory.c and partial-memory.c. */
#include "mail/partial-memory.h"
#include "mail/retry-memory.h"

#define NOW G_GINT64_CONSTANT (1735689600)
#define KEY "0123456789abcdef"

static void
test_a_retry_key_is_over_all_four (void)
{
  g_autofree char *key = aimx_retry_key_new ("id", "from", "digest", "to");
  g_autofree char *same = aimx_retry_key_new ("id", "from", "digest", "to");
  static const char *const others[][4] = {
    { "id2", "from", "digest", "to" }, { "id", "from2", "digest", "to" }, { "id", "from", "digest2", "to" },
    { "id", "from", "digest", "to2" }, { "i", "dfrom", "digest", "to" },
  };

  g_assert_cmpuint (strlen (key), ==, 16);
  g_assert_cmpstr (key, ==, same);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *other = aimx_retry_key_new (others[i][0], others[i][1], others[i][2], others[i][3]);

      g_assert_cmpstr (key, !=, other);
    }
}

static void
assert_state (AimxRetryMemory *memory, const char *key, gint64 now, AimxRetryState expected, const char *expected_stem)
{
  g_autofree char *stem = NULL;

  g_assert_cmpint (aimx_retry_memory_claim (memory, key, now, &stem), ==, expected);
  g_assert_cmpstr (stem, ==, expected_stem);
}

static void
test_a_stored_message_is_known_for_five_days (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();

  aimx_retry_memory_remember (memory, KEY, "id@x", "00000000000000ff", "stem", NOW);
  assert_state (memory, KEY, NOW + AIMX_RETRY_SECONDS, AIMX_RETRY_STORED, "stem");
  assert_state (memory, KEY, NOW + AIMX_RETRY_SECONDS + 1, AIMX_RETRY_CLAIMED, NULL);
}

static void
test_a_claim_is_exclusive_until_it_is_settled (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();

  assert_state (memory, KEY, NOW, AIMX_RETRY_CLAIMED, NULL);
  assert_state (memory, KEY, NOW, AIMX_RETRY_PENDING, NULL);
  /* It failed: the next one stores. */
  aimx_retry_memory_settle (memory, KEY);
  assert_state (memory, KEY, NOW, AIMX_RETRY_CLAIMED, NULL);
  aimx_retry_memory_remember (memory, KEY, NULL, NULL, "stem", NOW);
  aimx_retry_memory_settle (memory, KEY);
  assert_state (memory, KEY, NOW, AIMX_RETRY_STORED, "stem");
}

static gpointer
wait_for_claim (gpointer data)
{
  g_autofree char *stem = NULL;

  aimx_retry_memory_wait (data, KEY);
  g_assert_cmpint (aimx_retry_memory_claim (data, KEY, NOW, &stem), ==, AIMX_RETRY_STORED);
  return g_steal_pointer (&stem);
}

static void
test_who_meets_a_claim_waits_for_its_outcome (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();
  g_autofree char *stem = NULL;
  GThread *thread;

  assert_state (memory, KEY, NOW, AIMX_RETRY_CLAIMED, NULL);
  thread = g_thread_new ("retry", wait_for_claim, memory);
  aimx_retry_memory_remember (memory, KEY, NULL, NULL, "stem", NOW);
  aimx_retry_memory_settle (memory, KEY);
  stem = g_thread_join (thread);
  g_assert_cmpstr (stem, ==, "stem");
}

static void
test_a_thread_is_found_by_message_id (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();
  g_autofree char *thread = NULL;

  aimx_retry_memory_remember (memory, NULL, "id@x", "00000000000000ff", "stem", NOW);
  thread = aimx_retry_memory_find_thread (memory, "id@x", NOW);
  g_assert_cmpstr (thread, ==, "00000000000000ff");
  g_assert_null (aimx_retry_memory_find_thread (memory, "other@x", NOW));
  g_assert_null (aimx_retry_memory_find_thread (memory, "id@x", NOW + AIMX_RETRY_SECONDS + 1));
}

static void
test_the_oldest_is_forgotten_when_the_memory_is_full (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();

  for (guint i = 0; i <= AIMX_RETRY_MAX; i++)
    {
      char key[17];

      g_snprintf (key, sizeof key, "%016x", i);
      aimx_retry_memory_remember (memory, key, NULL, NULL, "stem", NOW);
    }
  assert_state (memory, "0000000000000000", NOW, AIMX_RETRY_CLAIMED, NULL);
  assert_state (memory, "0000000000000001", NOW, AIMX_RETRY_STORED, "stem");
}

static void
test_forgetting_keeps_claims (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();

  aimx_retry_memory_remember (memory, "00000000000000aa", NULL, NULL, "stem", NOW);
  assert_state (memory, KEY, NOW, AIMX_RETRY_CLAIMED, NULL);
  aimx_retry_memory_forget (memory);
  assert_state (memory, "00000000000000aa", NOW, AIMX_RETRY_CLAIMED, NULL);
  assert_state (memory, KEY, NOW, AIMX_RETRY_PENDING, NULL);
}

static void
test_loading_is_done_once_and_again_after_a_failure (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();

  g_assert_cmpint (aimx_retry_memory_begin_load (memory), ==, AIMX_RETRY_TO_LOAD);
  aimx_retry_memory_end_load (memory, FALSE);
  g_assert_cmpint (aimx_retry_memory_begin_load (memory), ==, AIMX_RETRY_TO_LOAD);
  aimx_retry_memory_end_load (memory, TRUE);
  g_assert_cmpint (aimx_retry_memory_begin_load (memory), ==, AIMX_RETRY_LOADED);
}

static gpointer
tell_load (gpointer data)
{
  gpointer *memory_and_queue = data;

  g_async_queue_push (memory_and_queue[1], GINT_TO_POINTER (aimx_retry_memory_begin_load (memory_and_queue[0]) + 1));
  return NULL;
}

static void
test_few_wait_for_a_load_that_takes_long (void)
{
  g_autoptr (AimxRetryMemory) memory = aimx_retry_memory_new ();
  g_autoptr (GAsyncQueue) told = g_async_queue_new ();
  gpointer memory_and_queue[] = { memory, told };
  GThread *threads[6];

  g_assert_cmpint (aimx_retry_memory_begin_load (memory), ==, AIMX_RETRY_TO_LOAD);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("waits", tell_load, memory_and_queue);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_async_queue_pop (told)) - 1, ==, AIMX_RETRY_LOADING);
  /* Who comes now does not wait at all. */
  g_assert_cmpint (aimx_retry_memory_begin_load (memory), ==, AIMX_RETRY_LOADING);
  aimx_retry_memory_end_load (memory, TRUE);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_async_queue_pop (told)) - 1, ==, AIMX_RETRY_LOADED);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static const char *const both[] = { "A@x.com", "b@x.com", NULL };

static gboolean
finds (AimxPartialMemory *memory, const char *recipient)
{
  g_autofree char *mailbox = NULL;
  g_autofree char *stem = NULL;

  return aimx_partial_memory_find (memory, "digest", both, recipient, NOW, &mailbox, &stem);
}

static void
test_without_a_failure_the_same_bytes_are_new (void)
{
  g_autoptr (AimxPartialMemory) memory = aimx_partial_memory_new ();

  aimx_partial_memory_add_stored (memory, "digest", both, "a@x.com", NOW, "a@x.com", "stem");
  g_assert_false (finds (memory, "a@x.com"));
  aimx_partial_memory_add_stored (memory, "digest", both, "b@x.com", NOW, "b@x.com", "stem");
  g_assert_true (aimx_partial_memory_is_empty (memory));
}

static void
test_after_a_failure_only_who_has_none_gets_a_copy (void)
{
  g_autoptr (AimxPartialMemory) memory = aimx_partial_memory_new ();

  aimx_partial_memory_add_stored (memory, "digest", both, "a@x.com", NOW, "a@x.com", "stem");
  aimx_partial_memory_add_failed (memory, "digest", NOW);
  g_assert_true (finds (memory, "a@x.com"));
  g_assert_false (finds (memory, "b@x.com"));
  aimx_partial_memory_add_stored (memory, "digest", both, "b@x.com", NOW, "b@x.com", "stem");
  g_assert_true (aimx_partial_memory_is_empty (memory));
  g_assert_false (finds (memory, "a@x.com"));
}

static void
test_whoever_had_a_copy_is_known_until_the_last_recipient (void)
{
  g_autoptr (AimxPartialMemory) memory = aimx_partial_memory_new ();

  aimx_partial_memory_add_failed (memory, "digest", NOW);
  aimx_partial_memory_add_stored (memory, "digest", both, "b@x.com", NOW, "b@x.com", "stem");
  aimx_partial_memory_add_stored (memory, "digest", both, "a@x.com", NOW, "a@x.com", "stem");
  g_assert_true (finds (memory, "b@x.com"));
  g_assert_true (aimx_partial_memory_is_empty (memory));
}

static void
test_recipients_that_are_retried_alone_are_forgotten_alone (void)
{
  static const char *const alone[] = { "a@x.com", NULL };
  g_autoptr (AimxPartialMemory) memory = aimx_partial_memory_new ();

  aimx_partial_memory_add_failed (memory, "digest", NOW);
  aimx_partial_memory_add_stored (memory, "digest", both, "b@x.com", NOW, "b@x.com", "stem");
  aimx_partial_memory_add_stored (memory, "digest", alone, "a@x.com", NOW, "a@x.com", "stem");
  g_assert_false (finds (memory, "a@x.com"));
  g_assert_true (finds (memory, "b@x.com"));
}

static void
test_partial_messages_are_forgotten_in_time_and_in_number (void)
{
  g_autoptr (AimxPartialMemory) memory = aimx_partial_memory_new ();
  g_autofree char *mailbox = NULL;
  g_autofree char *stem = NULL;

  aimx_partial_memory_add_failed (memory, "digest", NOW);
  for (guint i = 0; i < AIMX_PARTIAL_MAX; i++)
    {
      g_autofree char *digest = g_strdup_printf ("other-%u", i);

      aimx_partial_memory_add_stored (memory, digest, both, "a@x.com", NOW, "a@x.com", "stem");
      aimx_partial_memory_add_failed (memory, digest, NOW);
    }
  g_assert_true (aimx_partial_memory_find (memory, "other-1", both, "a@x.com", NOW, &mailbox, &stem));
  aimx_partial_memory_add_failed (memory, "late", NOW + AIMX_RETRY_SECONDS + 1);
  g_clear_pointer (&mailbox, g_free);
  g_clear_pointer (&stem, g_free);
  g_assert_false (
      aimx_partial_memory_find (memory, "other-1", both, "a@x.com", NOW + AIMX_RETRY_SECONDS + 1, &mailbox, &stem));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry-memory/a-retry-key-is-over-all-four", test_a_retry_key_is_over_all_four);
  g_test_add_func ("/retry-memory/a-stored-message-is-known-for-five-days",
                   test_a_stored_message_is_known_for_five_days);
  g_test_add_func ("/retry-memory/a-claim-is-exclusive-until-it-is-settled",
                   test_a_claim_is_exclusive_until_it_is_settled);
  g_test_add_func ("/retry-memory/who-meets-a-claim-waits-for-its-outcome",
                   test_who_meets_a_claim_waits_for_its_outcome);
  g_test_add_func ("/retry-memory/a-thread-is-found-by-message-id", test_a_thread_is_found_by_message_id);
  g_test_add_func ("/retry-memory/the-oldest-is-forgotten-when-the-memory-is-full",
                   test_the_oldest_is_forgotten_when_the_memory_is_full);
  g_test_add_func ("/retry-memory/forgetting-keeps-claims", test_forgetting_keeps_claims);
  g_test_add_func ("/retry-memory/loading-is-done-once-and-again-after-a-failure",
                   test_loading_is_done_once_and_again_after_a_failure);
  g_test_add_func ("/retry-memory/few-wait-for-a-load-that-takes-long", test_few_wait_for_a_load_that_takes_long);
  g_test_add_func ("/partial-memory/without-a-failure-the-same-bytes-are-new",
                   test_without_a_failure_the_same_bytes_are_new);
  g_test_add_func ("/partial-memory/after-a-failure-only-who-has-none-gets-a-copy",
                   test_after_a_failure_only_who_has_none_gets_a_copy);
  g_test_add_func ("/partial-memory/whoever-had-a-copy-is-known-until-the-last-recipient",
                   test_whoever_had_a_copy_is_known_until_the_last_recipient);
  g_test_add_func ("/partial-memory/recipients-that-are-retried-alone-are-forgotten-alone",
                   test_recipients_that_are_retried_alone_are_forgotten_alone);
  g_test_add_func ("/partial-memory/partial-messages-are-forgotten-in-time-and-in-number",
                   test_partial_messages_are_forgotten_in_time_and_in_number);
  return g_test_run ();
}
