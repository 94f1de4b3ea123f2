/* SPDX-License-Identifier: MIT */
/*
 * Remembered messages in the order in which they were stored, found by retry key and by Message-ID. Keys, thread ids
 * and digests of Message-IDs are kept as the 64-bit numbers that they are: a full memory is about 20 MiB.
 */
#include "mail/retry-memory.h"

#include "mail/digest.h"

#include <string.h>

/* Who waits for a load however long it takes, and how long the others do. A disk that seeks takes minutes for a full
 * memory; most take no second. */
#define WAITING_MAX 4
#define WAIT_USEC   (10 * G_USEC_PER_SEC)

typedef struct
{
  GList link; /* in RetryMemory.order */
  guint64 key;
  guint64 message;
  guint64 thread;
  gint64 seconds;
  gboolean has_key;
  gboolean has_thread;
  char stem[];
} Entry;

struct _AimxRetryMemory
{
  GMutex lock;
  GCond changed; /* loading or a claim has ended */
  gboolean loaded;
  gboolean loading;
  gint64 loading_since;
  guint n_waiting;        /* for a load */
  GQueue order;           /* of Entry, the oldest first */
  GHashTable *by_key;     /* &Entry.key -> Entry */
  GHashTable *by_message; /* &Entry.message -> Entry */
  GHashTable *claims;     /* key as text */
};

char *
aimx_retry_key_new (const char *message_id, const char *sender, const char *body_digest, const char *recipient)
{
  /* None of them can hold a line feed, so that no two sets of four look alike. */
  g_autofree char *all = g_strjoin ("\n", message_id, sender, body_digest, recipient, NULL);

  return aimx_digest_id (all);
}

static gboolean
parse_hex (const char *text, guint64 *number)
{
  return text != NULL && g_ascii_string_to_unsigned (text, 16, 0, G_MAXUINT64, number, NULL);
}

static guint64
digest_number (const char *text)
{
  g_autofree char *digest = aimx_digest_id (text);
  guint64 number = 0;

  parse_hex (digest, &number);
  return number;
}

AimxRetryMemory *
aimx_retry_memory_new (void)
{
  AimxRetryMemory *self = g_new0 (AimxRetryMemory, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->order);
  self->by_key = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->by_message = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->claims = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

static void
drop_oldest (AimxRetryMemory *self)
{
  Entry *entry = g_queue_pop_head_link (&self->order)->data;

  /* A later message may have taken its place in either table. */
  if (entry->has_key && g_hash_table_lookup (self->by_key, &entry->key) == entry)
    g_hash_table_remove (self->by_key, &entry->key);
  if (entry->has_thread && g_hash_table_lookup (self->by_message, &entry->message) == entry)
    g_hash_table_remove (self->by_message, &entry->message);
  g_free (entry);
}

void
aimx_retry_memory_free (AimxRetryMemory *self)
{
  aimx_retry_memory_forget (self);
  g_hash_table_unref (self->by_key);
  g_hash_table_unref (self->by_message);
  g_hash_table_unref (self->claims);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock held; whether the load has ended. */
static gboolean
wait_for_load (AimxRetryMemory *self)
{
  gboolean is_one_of_few = self->n_waiting++ < WAITING_MAX;
  gboolean in_time = TRUE;

  while (self->loading && in_time)
    if (is_one_of_few)
      g_cond_wait (&self->changed, &self->lock);
    else
      in_time = g_cond_wait_until (&self->changed, &self->lock, self->loading_since + WAIT_USEC);
  self->n_waiting--;
  return !self->loading;
}

AimxRetryLoad
aimx_retry_memory_begin_load (AimxRetryMemory *self)
{
  AimxRetryLoad load = AIMX_RETRY_LOADING;

  g_mutex_lock (&self->lock);
  if (wait_for_load (self))
    load = self->loaded ? AIMX_RETRY_LOADED : AIMX_RETRY_TO_LOAD;
  if (load == AIMX_RETRY_TO_LOAD)
    {
      self->loading = TRUE;
      self->loading_since = g_get_monotonic_time ();
    }
  g_mutex_unlock (&self->lock);
  return load;
}

void
aimx_retry_memory_end_load (AimxRetryMemory *self, gboolean loaded)
{
  g_mutex_lock (&self->lock);
  self->loading = FALSE;
  self->loaded = loaded;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static Entry *
entry_new (const char *key, const char *message_id, const char *thread_id, const char *stem, gint64 seconds)
{
  gsize stem_size = strlen (stem) + 1;
  Entry *entry = g_malloc0 (sizeof *entry + stem_size);

  entry->link.data = entry;
  entry->has_key = parse_hex (key, &entry->key);
  entry->has_thread = message_id != NULL && *message_id != '\0' && parse_hex (thread_id, &entry->thread);
  if (entry->has_thread)
    entry->message = digest_number (message_id);
  entry->seconds = seconds;
  memcpy (entry->stem, stem, stem_size);
  return entry;
}

void
aimx_retry_memory_remember (AimxRetryMemory *self,
                            const char *key,
                            const char *message_id,
                            const char *thread_id,
                            const char *stem,
                            gint64 seconds)
{
  Entry *entry = entry_new (key, message_id, thread_id, stem, seconds);

  if (!entry->has_key && !entry->has_thread)
    {
      g_free (entry);
      return;
    }
  g_mutex_lock (&self->lock);
  g_queue_push_tail_link (&self->order, &entry->link);
  /* Replace, not insert: the key in the table must be that of the entry which stays longest. */
  if (entry->has_key)
    g_hash_table_replace (self->by_key, &entry->key, entry);
  if (entry->has_thread)
    g_hash_table_replace (self->by_message, &entry->message, entry);
  if (g_queue_get_length (&self->order) > AIMX_RETRY_MAX)
    drop_oldest (self);
  g_mutex_unlock (&self->lock);
}

void
aimx_retry_memory_forget (AimxRetryMemory *self)
{
  g_mutex_lock (&self->lock);
  while (!g_queue_is_empty (&self->order))
    drop_oldest (self);
  g_mutex_unlock (&self->lock);
}

static gboolean
is_fresh (const Entry *entry, gint64 now)
{
  return entry != NULL && entry->seconds >= now - AIMX_RETRY_SECONDS;
}

char *
aimx_retry_memory_find_thread (AimxRetryMemory *self, const char *message_id, gint64 now)
{
  guint64 message = digest_number (message_id);
  char *thread_id = NULL;
  const Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->by_message, &message);
  if (is_fresh (entry, now))
    thread_id = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", entry->thread);
  g_mutex_unlock (&self->lock);
  return thread_id;
}

AimxRetryState
aimx_retry_memory_claim (AimxRetryMemory *self, const char *key, gint64 now, char **stem)
{
  AimxRetryState state = AIMX_RETRY_CLAIMED;
  const Entry *entry = NULL;
  guint64 number;

  *stem = NULL;
  g_mutex_lock (&self->lock);
  while (!g_queue_is_empty (&self->order) && !is_fresh (g_queue_peek_head (&self->order), now))
    drop_oldest (self);
  if (parse_hex (key, &number))
    entry = g_hash_table_lookup (self->by_key, &number);
  if (is_fresh (entry, now))
    {
      *stem = g_strdup (entry->stem);
      state = AIMX_RETRY_STORED;
    }
  else if (g_hash_table_contains (self->claims, key))
    state = AIMX_RETRY_PENDING;
  else
    g_hash_table_add (self->claims, g_strdup (key));
  g_mutex_unlock (&self->lock);
  return state;
}

void
aimx_retry_memory_wait (AimxRetryMemory *self, const char *key)
{
  g_mutex_lock (&self->lock);
  while (g_hash_table_contains (self->claims, key))
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
aimx_retry_memory_settle (AimxRetryMemory *self, const char *key)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->claims, key);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}
