/* SPDX-License-Identifier: MIT */
/*
 * Partly stored messages by digest, in the order in which they were first seen.
 */
#include "mail/partial-memory.h"

#include "mail/retry-memory.h"

typedef struct
{
  char *mailbox;
  char *stem;
} Copy;

typedef struct
{
  char *digest;
  gint64 seconds;
  gboolean failed;
  GHashTable *copies; /* recipient -> Copy */
} Partial;

struct _AimxPartialMemory
{
  GMutex lock;
  GQueue order;         /* of Partial, the oldest first */
  GHashTable *partials; /* digest -> link in order */
  guint n_copies;
};

static void
copy_free (gpointer data)
{
  Copy *self = data;

  g_free (self->mailbox);
  g_free (self->stem);
  g_free (self);
}

AimxPartialMemory *
aimx_partial_memory_new (void)
{
  AimxPartialMemory *self = g_new0 (AimxPartialMemory, 1);

  g_mutex_init (&self->lock);
  g_queue_init (&self->order);
  self->partials = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

static void
forget (AimxPartialMemory *self, GList *link)
{
  Partial *partial = link->data;

  self->n_copies -= g_hash_table_size (partial->copies);
  g_hash_table_remove (self->partials, partial->digest);
  g_queue_delete_link (&self->order, link);
  g_hash_table_unref (partial->copies);
  g_free (partial->digest);
  g_free (partial);
}

void
aimx_partial_memory_free (AimxPartialMemory *self)
{
  while (!g_queue_is_empty (&self->order))
    forget (self, g_queue_peek_head_link (&self->order));
  g_hash_table_unref (self->partials);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
forget_old (AimxPartialMemory *self, gint64 now)
{
  GList *link;

  while ((link = g_queue_peek_head_link (&self->order)) != NULL)
    {
      const Partial *oldest = link->data;

      /* One message more than the limit may stay: the one that is being added to. */
      if (oldest->seconds >= now - AIMX_RETRY_SECONDS &&
          (self->n_copies <= AIMX_PARTIAL_MAX || g_queue_get_length (&self->order) == 1) &&
          g_queue_get_length (&self->order) <= AIMX_PARTIAL_MAX)
        return;
      forget (self, link);
    }
}

static GList *
find_or_add (AimxPartialMemory *self, const char *digest, gint64 now)
{
  GList *link = g_hash_table_lookup (self->partials, digest);
  Partial *partial;

  if (link != NULL)
    return link;
  partial = g_new0 (Partial, 1);
  partial->digest = g_strdup (digest);
  partial->seconds = now;
  partial->copies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, copy_free);
  g_queue_push_tail (&self->order, partial);
  link = g_queue_peek_tail_link (&self->order);
  g_hash_table_insert (self->partials, partial->digest, link);
  return link;
}

static gboolean
all_have_copies (const Partial *partial, const char *const *recipients)
{
  for (guint i = 0; recipients[i] != NULL; i++)
    {
      g_autofree char *recipient = g_ascii_strdown (recipients[i], -1);

      if (!g_hash_table_contains (partial->copies, recipient))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_last (const char *const *recipients, const char *recipient)
{
  guint n = g_strv_length ((char **) recipients);

  return n > 0 && g_ascii_strcasecmp (recipients[n - 1], recipient) == 0;
}

/* Not before the last one's turn: until then those who have had their copies for long are still to be asked for. */
static void
settle (AimxPartialMemory *self, GList *link, const char *const *recipients, const char *recipient)
{
  Partial *partial = link->data;

  if (!is_last (recipients, recipient) || !all_have_copies (partial, recipients))
    return;
  for (guint i = 0; recipients[i] != NULL; i++)
    {
      g_autofree char *settled = g_ascii_strdown (recipients[i], -1);

      self->n_copies -= g_hash_table_remove (partial->copies, settled);
    }
  if (g_hash_table_size (partial->copies) == 0)
    forget (self, link);
}

gboolean
aimx_partial_memory_find (AimxPartialMemory *self,
                          const char *digest,
                          const char *const *recipients,
                          const char *recipient,
                          gint64 now,
                          char **mailbox,
                          char **stem)
{
  const Copy *copy = NULL;
  GList *link;

  g_mutex_lock (&self->lock);
  forget_old (self, now);
  link = g_hash_table_lookup (self->partials, digest);
  if (link != NULL && ((Partial *) link->data)->failed)
    copy = g_hash_table_lookup (((Partial *) link->data)->copies, recipient);
  *mailbox = copy != NULL ? g_strdup (copy->mailbox) : NULL;
  *stem = copy != NULL ? g_strdup (copy->stem) : NULL;
  if (copy != NULL)
    settle (self, link, recipients, recipient);
  g_mutex_unlock (&self->lock);
  return *stem != NULL;
}

void
aimx_partial_memory_add_stored (AimxPartialMemory *self,
                                const char *digest,
                                const char *const *recipients,
                                const char *recipient,
                                gint64 now,
                                const char *mailbox,
                                const char *stem)
{
  Copy *copy = g_new (Copy, 1);
  GList *link;

  copy->mailbox = g_strdup (mailbox);
  copy->stem = g_strdup (stem);
  g_mutex_lock (&self->lock);
  link = find_or_add (self, digest, now);
  self->n_copies += g_hash_table_replace (((Partial *) link->data)->copies, g_strdup (recipient), copy);
  settle (self, link, recipients, recipient);
  forget_old (self, now);
  g_mutex_unlock (&self->lock);
}

void
aimx_partial_memory_add_failed (AimxPartialMemory *self, const char *digest, gint64 now)
{
  g_mutex_lock (&self->lock);
  ((Partial *) find_or_add (self, digest, now)->data)->failed = TRUE;
  forget_old (self, now);
  g_mutex_unlock (&self->lock);
}

gboolean
aimx_partial_memory_is_empty (AimxPartialMemory *self)
{
  gboolean is_empty;

  g_mutex_lock (&self->lock);
  is_empty = g_queue_is_empty (&self->order);
  g_mutex_unlock (&self->lock);
  return is_empty;
}
