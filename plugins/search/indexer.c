/* SPDX-License-Identifier: MIT */
#include "indexer.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILE_NAME "index.sqlite"

/* Messages that may wait; more than that are found by a comparison of everything. */
#define UPDATES_MAX 50000
/* A folder is not looked at more often than that on behalf of searches. */
#define LOOK_USEC  (5 * G_USEC_PER_SEC)
#define LOOKED_MAX 10000
/* After an error, and between two new indexes. */
#define RETRY_USEC    (30 * G_USEC_PER_SEC)
#define PROGRESS_USEC (10 * G_USEC_PER_SEC)
/* Searches and deliveries come first. */
#define NICE 5

typedef struct
{
  char *mailbox;
  AimxFolder folder;
  char *stem; /* NULL: all of the folder */
  gint64 due; /* monotonic: not before that */
} Job;

struct _SearchIndexer
{
  AimxServer *server;
  AimxModule *module;
  SearchReaders *readers;
  GThread *thread;

  GMutex mutex; /* guards what follows */
  GCond changed;
  GQueue updates;     /* Job */
  GSequence *looks;   /* Job, those that are due first come first */
  GHashTable *queued; /* the same */
  GHashTable *looked; /* Job -> when, gint64 */
  gboolean sweep;
  gboolean rebuild;
  gboolean ending;
  gboolean busy;
  gint64 retry_at; /* nothing is done before; 0 for now */
  char *problem;   /* why there is no index */

  /* The thread's own. */
  SearchDatabase *index;
  char *path;
  guint n_indexed; /* of a comparison */
  gint64 told_at;  /* when the log last said how far it is; 0 when there is nothing to say */
  gint64 rebuilt_at;
};

/* ---- jobs ---- */

static Job *
job_new (const char *mailbox, AimxFolder folder, const char *stem)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ g_strdup (mailbox), folder, g_strdup (stem), 0 };
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->mailbox);
  g_free (job->stem);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static guint
job_hash (gconstpointer data)
{
  const Job *job = data;

  return g_str_hash (job->mailbox) * 31 + (guint) job->folder + (job->stem != NULL ? g_str_hash (job->stem) : 0);
}

static gboolean
job_equal (gconstpointer a, gconstpointer b)
{
  const Job *one = a;
  const Job *other = b;

  return one->folder == other->folder && g_str_equal (one->mailbox, other->mailbox) &&
         g_strcmp0 (one->stem, other->stem) == 0;
}

static int
compare_due (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Job *one = a;
  const Job *other = b;

  return one->due < other->due ? -1 : one->due > other->due;
}

/* Returns: (transfer full) (nullable): what came first */
static Job *
take_update (SearchIndexer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Job *job = g_queue_pop_head (&self->updates);

  if (job != NULL)
    g_hash_table_steal (self->queued, job);
  return job;
}

void
search_indexer_update (SearchIndexer *self, const char *mailbox, AimxFolder folder, const char *stem)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (Job) job = job_new (mailbox, folder, stem);

  if (g_queue_get_length (&self->updates) >= UPDATES_MAX)
    self->sweep = TRUE;
  else if (!g_hash_table_contains (self->queued, job))
    {
      g_hash_table_add (self->queued, job);
      g_queue_push_tail (&self->updates, g_steal_pointer (&job));
      g_cond_signal (&self->changed);
    }
}

void
search_indexer_look (SearchIndexer *self, const char *mailbox, AimxFolder folder)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  g_autoptr (Job) job = job_new (mailbox, folder, NULL);
  const gint64 *looked_at = g_hash_table_lookup (self->looked, job);

  if (g_hash_table_contains (self->queued, job))
    return;
  job->due = looked_at != NULL ? *looked_at + LOOK_USEC : 0;
  g_hash_table_add (self->queued, job);
  g_sequence_insert_sorted (self->looks, g_steal_pointer (&job), compare_due, NULL);
  g_cond_signal (&self->changed);
}

/* With the mutex held. */
static void
note_look (SearchIndexer *self, const Job *job)
{
  gint64 now = g_get_monotonic_time ();

  if (g_hash_table_size (self->looked) >= LOOKED_MAX)
    g_hash_table_remove_all (self->looked);
  g_hash_table_replace (self->looked, job_new (job->mailbox, job->folder, NULL), g_memdup2 (&now, sizeof now));
}

/* With the mutex held. Returns: when the next look is due, %G_MAXINT64 when there is none */
static gint64
get_look_due (SearchIndexer *self)
{
  if (g_sequence_is_empty (self->looks))
    return G_MAXINT64;
  return ((const Job *) g_sequence_get (g_sequence_get_begin_iter (self->looks)))->due;
}

/* Returns: (transfer full) (nullable): the next look that is due */
static Job *
take_look (SearchIndexer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GSequenceIter *first = g_sequence_get_begin_iter (self->looks);
  const Job *job;
  Job *taken;

  if (g_get_monotonic_time () < get_look_due (self))
    return NULL;
  job = g_sequence_get (first);
  taken = job_new (job->mailbox, job->folder, NULL);
  note_look (self, job);
  g_hash_table_remove (self->queued, job);
  g_sequence_remove (first);
  return taken;
}

void
search_indexer_sweep (SearchIndexer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->sweep = TRUE;
  g_cond_signal (&self->changed);
}

void
search_indexer_rebuild (SearchIndexer *self, const char *why)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->rebuild)
    return;
  aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s; a new one is made", why);
  self->rebuild = TRUE;
  g_cond_signal (&self->changed);
}

/* ---- opening ---- */

static void
close_index (SearchIndexer *self)
{
  search_readers_set_path (self->readers, NULL);
  g_clear_pointer (&self->index, search_database_free);
}

static gboolean
open_index (SearchIndexer *self, GError **error)
{
  g_autofree char *directory = aimx_module_make_private_dir (self->module, self->server, error);
  g_autoptr (GError) why = NULL;

  if (directory == NULL)
    {
      /* Nothing that a new index would mend. */
      if (error != NULL)
        (*error)->code = AIMX_ERROR_IO;
      return FALSE;
    }
  g_free (self->path);
  self->path = g_build_filename (directory, FILE_NAME, NULL);
  self->index = search_database_open (self->path, SEARCH_ACCESS_WRITE, &why);
  if (self->index == NULL && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    {
      aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s: %s; a new one is made", self->path, why->message);
      g_clear_error (&why);
      search_database_remove (self->path);
      self->index = search_database_open (self->path, SEARCH_ACCESS_WRITE, &why);
    }
  if (self->index == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  search_readers_set_path (self->readers, self->path);
  return TRUE;
}

/* What was asked for, taken back as it is. */
static gboolean
take_flag (SearchIndexer *self, gboolean *flag)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean was_set = *flag;

  *flag = FALSE;
  return was_set;
}

static void
set_problem (SearchIndexer *self, const char *problem)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_free (self->problem);
  self->problem = g_strdup (problem);
}

static gboolean
prepare_index (SearchIndexer *self, GError **error)
{
  if (take_flag (self, &self->rebuild))
    {
      close_index (self);
      if (self->path != NULL)
        search_database_remove (self->path);
    }
  if (self->index != NULL)
    return TRUE;
  if (!open_index (self, error))
    return FALSE;
  set_problem (self, NULL);
  search_indexer_sweep (self);
  return TRUE;
}

/* ---- working ---- */

static AimxMailStore *
get_mail (SearchIndexer *self)
{
  return aimx_server_get_mail_store (self->server);
}

static gboolean
is_ending (SearchIndexer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->ending;
}

/* One transaction of what events told; @any: (out): whether there was anything. */
static gboolean
take_in_updates (SearchIndexer *self, gboolean *any, GError **error)
{
  g_autoptr (Job) job = take_update (self);

  *any = job != NULL;
  if (job == NULL)
    return TRUE;
  if (!search_index_begin (self->index, error))
    return FALSE;
  for (guint n = 1; job != NULL; n++)
    {
      if (!search_index_update (self->index, get_mail (self), job->mailbox, job->folder, job->stem, error))
        {
          search_index_roll_back (self->index);
          return FALSE;
        }
      job_free (job);
      job = n < SEARCH_BATCH ? take_update (self) : NULL;
    }
  return search_index_commit (self->index, error);
}

static void
tell_progress (SearchIndexer *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->told_at == 0 || now - self->told_at < PROGRESS_USEC)
    return;
  self->told_at = now;
  aimx_log (G_LOG_LEVEL_MESSAGE, "MESSAGE", "%u messages indexed, more to come", self->n_indexed);
}

/* New mail does not wait until all of the old is in. */
static gboolean
on_progress (guint n_done, gpointer user_data)
{
  SearchIndexer *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean any;

  self->n_indexed += n_done;
  tell_progress (self);
  if (!take_in_updates (self, &any, &error))
    {
      aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s", error->message);
      search_indexer_sweep (self);
    }
  return !is_ending (self);
}

static gboolean
catch_up (SearchIndexer *self, const char *mailbox, AimxFolder folder, GError **error)
{
  g_autoptr (GError) unreadable = NULL;
  gboolean done =
      search_index_catch_up (self->index, get_mail (self), mailbox, folder, on_progress, self, &unreadable, error);

  if (unreadable != NULL)
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_MAILBOX, mailbox, "MESSAGE", "the %s of %s is not indexed: %s",
              aimx_folder_get_name (folder), mailbox, unreadable->message);
  return done;
}

static gboolean
sweep_mailboxes (SearchIndexer *self, AimxConfig *config, GError **error)
{
  GPtrArray *mailboxes = aimx_config_get_mailboxes (config);

  if (!search_index_forget_others (self->index, config, on_progress, self, error))
    return FALSE;
  for (guint i = 0; i < mailboxes->len; i++)
    {
      const char *name = aimx_mailbox_get_name (mailboxes->pdata[i]);

      if (is_ending (self) || !catch_up (self, name, AIMX_FOLDER_INBOX, error) ||
          !catch_up (self, name, AIMX_FOLDER_SENT, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
sweep (SearchIndexer *self, GError **error)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->server));
  gint64 begun_at = g_get_monotonic_time ();
  gboolean done;

  self->n_indexed = 0;
  self->told_at = begun_at;
  done = sweep_mailboxes (self, config, error);
  self->told_at = 0;
  if (!done)
    return FALSE;
  aimx_log (self->n_indexed > 0 ? G_LOG_LEVEL_MESSAGE : G_LOG_LEVEL_DEBUG, "MESSAGE",
            "the index is up to date: %u messages came, changed or went, in %.1f s", self->n_indexed,
            (double) (g_get_monotonic_time () - begun_at) / G_USEC_PER_SEC);
  return TRUE;
}

/* Some of what there is to do; FALSE without @error when it is to end. */
static gboolean
work (SearchIndexer *self, GError **error)
{
  g_autoptr (Job) look = NULL;
  gboolean any;

  if (!prepare_index (self, error) || !take_in_updates (self, &any, error))
    return FALSE;
  if (any)
    return TRUE;
  look = take_look (self);
  if (look != NULL)
    return catch_up (self, look->mailbox, look->folder, error);
  return !take_flag (self, &self->sweep) || sweep (self, error);
}

/* ---- the thread ---- */

/* With the mutex held. Returns: since when there is something to do, or when there will be; %G_MAXINT64 for never */
static gint64
get_due (SearchIndexer *self)
{
  return self->sweep || self->rebuild || !g_queue_is_empty (&self->updates) ? 0 : get_look_due (self);
}

/* With the mutex held. */
static void
wait_until (SearchIndexer *self, gint64 when)
{
  if (when == G_MAXINT64)
    g_cond_wait (&self->changed, &self->mutex);
  else
    g_cond_wait_until (&self->changed, &self->mutex, when);
}

static gboolean
wait_for_work (SearchIndexer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 due;

  self->busy = FALSE;
  while (!self->ending && g_get_monotonic_time () < (due = MAX (get_due (self), self->retry_at)))
    wait_until (self, due);
  self->busy = TRUE;
  return !self->ending;
}

static void
wait_before_retry (SearchIndexer *self, gint64 until)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->retry_at = until;
}

/* What was lost with the failed transaction is found by a comparison. */
static void
recover (SearchIndexer *self, const GError *error)
{
  gint64 now = g_get_monotonic_time ();

  if (g_error_matches (error, AIMX_ERROR, AIMX_ERROR_CONFLICT))
    {
      search_indexer_rebuild (self, error->message);
      wait_before_retry (self, self->rebuilt_at != 0 ? self->rebuilt_at + RETRY_USEC : 0);
      self->rebuilt_at = now;
      return;
    }
  aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s; it is tried again in %d s", error->message,
            (int) (RETRY_USEC / G_USEC_PER_SEC));
  if (self->index == NULL)
    set_problem (self, error->message);
  search_indexer_sweep (self);
  wait_before_retry (self, now + RETRY_USEC);
}

static gpointer
run (gpointer data)
{
  SearchIndexer *self = data;

  /* Of this thread alone. */
  setpriority (PRIO_PROCESS, (id_t) syscall (SYS_gettid), NICE);
  while (wait_for_work (self))
    {
      g_autoptr (GError) error = NULL;

      if (!work (self, &error) && error != NULL)
        recover (self, error);
    }
  close_index (self);
  aimx_module_stopped (self->module);
  return NULL;
}

gboolean
search_indexer_start (SearchIndexer *self, GError **error)
{
  self->sweep = TRUE;
  self->thread = g_thread_try_new ("search-index", run, self, error);
  return self->thread != NULL;
}

void
search_indexer_stop (SearchIndexer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->ending = TRUE;
  g_cond_signal (&self->changed);
  if (self->thread == NULL)
    aimx_module_stopped (self->module);
}

/* ---- the object ---- */

gboolean
search_indexer_is_running (SearchIndexer *self)
{
  return self->thread != NULL;
}

gboolean
search_indexer_is_behind (SearchIndexer *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->busy || get_due (self) <= g_get_monotonic_time ();
}

SearchReaders *
search_indexer_get_readers (SearchIndexer *self)
{
  return self->readers;
}

gboolean
search_indexer_check (SearchIndexer *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->problem == NULL)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY, "there is no index to search now: %s", self->problem);
  return FALSE;
}

SearchIndexer *
search_indexer_new (AimxServer *server, AimxModule *module)
{
  SearchIndexer *self = g_new0 (SearchIndexer, 1);

  self->server = server;
  self->module = module;
  self->readers = search_readers_new ();
  self->queued = g_hash_table_new (job_hash, job_equal);
  self->looks = g_sequence_new (job_free);
  self->looked = g_hash_table_new_full (job_hash, job_equal, job_free, g_free);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  return self;
}

void
search_indexer_free (SearchIndexer *self)
{
  if (self->thread != NULL)
    g_thread_join (self->thread);
  search_readers_free (self->readers);
  g_hash_table_unref (self->queued);
  g_hash_table_unref (self->looked);
  g_queue_clear_full (&self->updates, job_free);
  g_sequence_free (self->looks);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self->problem);
  g_free (self);
}
