/* SPDX-License-Identifier: MIT */
/* Promises of modules/smtp/queue-id.c. */
#include "queue-id.h"

#include <string.h>

#define N_THREADS    4
#define N_PER_THREAD 5000

static void
test_ids_sort_by_time_and_never_repeat (void)
{
  SmtpQueueIds ids = { .last = 0 };
  char last[SMTP_QUEUE_ID_TEXT] = "";
  /* The clock stands still, goes back, and jumps. */
  static const gint64 times[] = { 1, 1, 1, 0, -5, 1795000000000000, 1795000000000000, 17, 1795000000000001 };

  g_mutex_init (&ids.mutex);
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      char id[SMTP_QUEUE_ID_TEXT];

      smtp_queue_ids_next (&ids, times[i], id);
      g_assert_cmpuint (strlen (id), ==, SMTP_QUEUE_ID_TEXT - 1);
      g_assert_cmpuint (strspn (id, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), ==, strlen (id));
      g_assert_cmpstr (last, <, id);
      memcpy (last, id, sizeof last);
    }
  g_mutex_clear (&ids.mutex);
}

typedef struct
{
  SmtpQueueIds *ids;
  char texts[N_PER_THREAD][SMTP_QUEUE_ID_TEXT];
} Taker;

static gpointer
take (gpointer data)
{
  Taker *taker = data;

  for (int i = 0; i < N_PER_THREAD; i++)
    smtp_queue_ids_next (taker->ids, g_get_real_time (), taker->texts[i]);
  return NULL;
}

static void
test_threads_never_get_the_same (void)
{
  SmtpQueueIds ids = { .last = 0 };
  g_autofree Taker *takers = g_new0 (Taker, N_THREADS);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GThread *threads[N_THREADS];

  g_mutex_init (&ids.mutex);
  for (int i = 0; i < N_THREADS; i++)
    {
      takers[i].ids = &ids;
      threads[i] = g_thread_new ("taker", take, &takers[i]);
    }
  for (int i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (int i = 0; i < N_THREADS; i++)
    for (int j = 0; j < N_PER_THREAD; j++)
      g_assert_true (g_hash_table_add (seen, takers[i].texts[j]));
  g_mutex_clear (&ids.mutex);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smtp-queue-id/ids-sort-by-time-and-never-repeat", test_ids_sort_by_time_and_never_repeat);
  g_test_add_func ("/smtp-queue-id/threads-never-get-the-same", test_threads_never_get_the_same);
  return g_test_run ();
}
