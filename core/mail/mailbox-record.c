/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of one mailbox while the process lives: the messages of the last days, so that retries are
 * recognized, and the names of those that are being stored right now.
 */
#include "mail/mail-store-room.h"

#include "io/sys.h"
#include "mail/frontmatter.h"
#include "mail/stem.h"

#include <string.h>

/* Names tried for one message at most. */
#define STEM_TRIES 100000

struct _AimxMailboxRecord
{
  gatomicrefcount refs;
  AimxRetryMemory *retries;
  gint times_made;     /* how often the way to the inbox was found or made; atomic */
  gint times_synced;   /* how much of that is durable; atomic */
  GMutex mutex;        /* guards what follows */
  GHashTable *claimed; /* stems */
  char *last_base;     /* the last stem that was taken, and */
  guint last_suffix;   /* the suffix that was free then: where to go on when many want the same name at once */
};

static AimxMailboxRecord *
record_new (void)
{
  AimxMailboxRecord *self = g_new0 (AimxMailboxRecord, 1);

  g_atomic_ref_count_init (&self->refs);
  self->retries = aimx_retry_memory_new ();
  self->times_made = 1;
  g_mutex_init (&self->mutex);
  self->claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

static AimxMailboxRecord *
record_ref (AimxMailboxRecord *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
aimx_mailbox_record_unref (AimxMailboxRecord *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  aimx_retry_memory_free (self->retries);
  g_hash_table_unref (self->claimed);
  g_mutex_clear (&self->mutex);
  g_free (self->last_base);
  g_free (self);
}

AimxMailboxRecord *
aimx_mail_store_get_record (AimxMailStore *self, const char *fqdn)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  AimxMailboxRecord *record = g_hash_table_lookup (self->records, fqdn);

  if (record == NULL)
    {
      record = record_new ();
      g_hash_table_insert (self->records, g_strdup (fqdn), record);
    }
  return record_ref (record);
}

void
aimx_mail_store_forget_record (AimxMailStore *self, const char *fqdn)
{
  g_autoptr (AimxMailboxRecord) record = aimx_mail_store_get_record (self, fqdn);

  aimx_retry_memory_forget (record->retries);
}

/* ---- durability ---- */

void
aimx_mailbox_record_note_made (AimxMailboxRecord *self)
{
  g_atomic_int_inc (&self->times_made);
}

gboolean
aimx_mailbox_record_is_durable (AimxMailboxRecord *self)
{
  return g_atomic_int_get (&self->times_synced) == g_atomic_int_get (&self->times_made);
}

gboolean
aimx_mail_store_sync_inbox (AimxMailStore *self,
                            AimxMailboxRecord *record,
                            const char *fqdn,
                            AimxDirectory *inbox,
                            GError **error)
{
  /* Read first: what is made from now on, the syncs below may miss. */
  gint made = g_atomic_int_get (&record->times_made);
  gint synced = g_atomic_int_get (&record->times_synced);

  if (!aimx_sync_group_sync (self->syncs, inbox, error) ||
      (synced != made && !aimx_mail_store_sync_above (self, fqdn, AIMX_FOLDER_INBOX, error)))
    return FALSE;
  while (synced < made && !g_atomic_int_compare_and_exchange (&record->times_synced, synced, made))
    synced = g_atomic_int_get (&record->times_synced);
  return TRUE;
}

/* ---- retries ---- */

typedef struct
{
  char *stem;
  gint64 seconds;
  gboolean is_bundle;
} Recent;

static void
clear_recent (gpointer data)
{
  Recent *recent = data;

  g_free (recent->stem);
}

static int
compare_recent (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Recent *) a)->stem, ((const Recent *) b)->stem);
}

static gboolean
list_recent (AimxDirectory *inbox, GArray *list, GError **error)
{
  gint64 oldest = g_get_real_time () / G_USEC_PER_SEC - AIMX_RETRY_SECONDS;
  g_autoptr (AimxDirectoryIter) iter = aimx_directory_iterate (inbox, error);
  AimxDirectoryEntryType type;
  const char *name;

  if (iter == NULL)
    return FALSE;
  for (;;)
    {
      g_autofree char *stem = NULL;
      gint64 seconds;

      if (!aimx_directory_iter_next (iter, &name, &type, error))
        return FALSE;
      if (name == NULL)
        break;
      stem = aimx_message_stem_of_entry (name, type);
      if (stem != NULL && aimx_stem_get_time (stem, &seconds) && seconds >= oldest)
        {
          Recent recent = { g_steal_pointer (&stem), seconds, type == AIMX_DIRECTORY_ENTRY_DIRECTORY };

          g_array_append_val (list, recent);
        }
    }
  /* By name is by time. */
  g_array_sort (list, compare_recent);
  return TRUE;
}

/* A file that cannot be read is passed over: the worst is one message twice. */
static void
remember_file (AimxRetryMemory *retries, AimxDirectory *inbox, guint uid, const Recent *recent)
{
  g_autofree char *path = aimx_message_path_new (recent->stem, recent->is_bundle);
  g_autofree char *text = NULL;
  g_autofree char *key = NULL;
  g_autofree char *message_id = NULL;
  g_autofree char *thread_id = NULL;
  AimxFrontmatter frontmatter;
  struct stat info;
  g_auto (AimxFd) fd = aimx_message_open (inbox, path, uid, &info, NULL);

  if (fd < 0 || !aimx_frontmatter_read (fd, path, &text, &frontmatter, NULL))
    return;
  key = aimx_frontmatter_get_string (&frontmatter, "retry_key");
  message_id = aimx_frontmatter_get_string (&frontmatter, "message_id");
  thread_id = aimx_frontmatter_get_string (&frontmatter, "thread_id");
  aimx_retry_memory_remember (retries, key, message_id, thread_id, recent->stem, recent->seconds);
}

static gboolean
load_retries (AimxRetryMemory *retries, AimxMailStore *store, const char *fqdn, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (AimxDirectory) inbox = aimx_mail_store_open_folder (store, fqdn, AIMX_FOLDER_INBOX, &why);
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (Recent));
  struct stat info;

  g_array_set_clear_func (list, clear_recent);
  if (inbox == NULL)
    {
      if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (!aimx_directory_get_info (inbox, &info, error) || !list_recent (inbox, list, error))
    return FALSE;
  for (guint i = list->len - MIN (list->len, AIMX_RETRY_MAX); i < list->len; i++)
    remember_file (retries, inbox, info.st_uid, &g_array_index (list, Recent, i));
  return TRUE;
}

AimxRetryMemory *
aimx_mailbox_record_get_retries (AimxMailboxRecord *self, AimxMailStore *store, const char *fqdn, GError **error)
{
  gboolean loaded = TRUE;

  switch (aimx_retry_memory_begin_load (self->retries))
    {
    case AIMX_RETRY_TO_LOAD:
      loaded = load_retries (self->retries, store, fqdn, error);
      if (!loaded)
        aimx_retry_memory_forget (self->retries);
      aimx_retry_memory_end_load (self->retries, loaded);
      break;
    case AIMX_RETRY_LOADING:
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY,
                   "the stored messages of %s are still being read, once after each start, and others wait for that",
                   fqdn);
      loaded = FALSE;
      break;
    case AIMX_RETRY_LOADED:
    default:
      break;
    }
  return loaded ? self->retries : NULL;
}

/* ---- names ---- */

static gboolean
is_on_disk (AimxDirectory *folder, const char *name, gboolean *found, GError **error)
{
  g_autoptr (GError) why = NULL;
  struct stat info;

  *found = aimx_directory_lookup (folder, name, &info, &why);
  if (*found || g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
is_taken (AimxMailboxRecord *self, AimxDirectory *folder, const char *stem, gboolean *taken, GError **error)
{
  g_autofree char *file = g_strconcat (stem, ".md", NULL);

  *taken = g_hash_table_contains (self->claimed, stem);
  if (*taken)
    return TRUE;
  if (!is_on_disk (folder, file, taken, error))
    return FALSE;
  return *taken || is_on_disk (folder, stem, taken, error);
}

static void
remember_suffix (AimxMailboxRecord *self, const char *base, guint suffix)
{
  if (g_strcmp0 (self->last_base, base) != 0)
    {
      g_free (self->last_base);
      self->last_base = g_strdup (base);
    }
  self->last_suffix = suffix;
}

char *
aimx_mailbox_record_claim_stem (AimxMailboxRecord *self, AimxDirectory *folder, const char *base, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint first = g_strcmp0 (self->last_base, base) == 0 ? self->last_suffix : 1;

  for (guint suffix = first; suffix < first + STEM_TRIES; suffix++)
    {
      g_autofree char *stem = suffix == 1 ? g_strdup (base) : g_strdup_printf ("%s-%u", base, suffix);
      gboolean taken;

      if (!is_taken (self, folder, stem, &taken, error))
        return NULL;
      if (taken)
        continue;
      if (suffix > 1)
        remember_suffix (self, base, suffix);
      g_hash_table_add (self->claimed, g_strdup (stem));
      return g_steal_pointer (&stem);
    }
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_IO, "%s has no free name for %s", aimx_directory_get_path (folder), base);
  return NULL;
}

void
aimx_mailbox_record_release_stem (AimxMailboxRecord *self, const char *stem)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_hash_table_remove (self->claimed, stem);
}
