/* SPDX-License-Identifier: MIT */
/*
 * Rounds of syncs, one running and one gathering for each directory that somebody waits on.
 */
#include "io/sync-group.h"

typedef struct
{
  guint refs; /* who waits for it */
  gboolean done;
  GError *error;
  GCond changed; /* done, or its turn to be led by somebody */
} Round;

typedef struct
{
  guint64 device;
  guint64 inode;
  guint n_users;
  gboolean running;
  Round *gathering; /* not begun yet; borrowed from those who wait for it */
} Line;

struct _AimxSyncGroup
{
  AimxSyncFunc sync;
  GMutex lock;
  GHashTable *lines; /* Line, which is its own key */
};

static guint
line_hash (gconstpointer data)
{
  const Line *line = data;

  return (guint) (line->inode ^ (line->inode >> 32) ^ line->device);
}

static gboolean
line_equal (gconstpointer a, gconstpointer b)
{
  const Line *one = a, *other = b;

  return one->device == other->device && one->inode == other->inode;
}

AimxSyncGroup *
aimx_sync_group_new (AimxSyncFunc sync)
{
  AimxSyncGroup *self = g_new0 (AimxSyncGroup, 1);

  self->sync = sync;
  g_mutex_init (&self->lock);
  self->lines = g_hash_table_new_full (line_hash, line_equal, g_free, NULL);
  return self;
}

static Line *
enter_line (AimxSyncGroup *self, const struct stat *info)
{
  Line wanted = { .device = info->st_dev, .inode = info->st_ino };
  Line *line = g_hash_table_lookup (self->lines, &wanted);

  if (line == NULL)
    {
      line = g_new (Line, 1);
      *line = wanted;
      g_hash_table_add (self->lines, line);
    }
  line->n_users++;
  return line;
}

static void
leave_line (AimxSyncGroup *self, Line *line)
{
  if (--line->n_users == 0)
    g_hash_table_remove (self->lines, line);
}

static Round *
join_round (Line *line)
{
  if (line->gathering == NULL)
    {
      line->gathering = g_new0 (Round, 1);
      g_cond_init (&line->gathering->changed);
    }
  line->gathering->refs++;
  return line->gathering;
}

static void
leave_round (Round *round)
{
  if (--round->refs > 0)
    return;
  g_cond_clear (&round->changed);
  g_clear_error (&round->error);
  g_free (round);
}

static void
lead_round (AimxSyncGroup *self, Line *line, Round *round, AimxDirectory *directory)
{
  line->running = TRUE;
  line->gathering = NULL;
  g_mutex_unlock (&self->lock);
  self->sync (directory, &round->error);
  g_mutex_lock (&self->lock);
  line->running = FALSE;
  round->done = TRUE;
  g_cond_broadcast (&round->changed);
  if (line->gathering != NULL)
    g_cond_signal (&line->gathering->changed);
}

gboolean
aimx_sync_group_sync (AimxSyncGroup *self, AimxDirectory *directory, GError **error)
{
  struct stat info;
  gboolean synced;
  Round *round;
  Line *line;

  if (!aimx_directory_get_info (directory, &info, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  line = enter_line (self, &info);
  round = join_round (line);
  while (!round->done)
    {
      if (line->running)
        g_cond_wait (&round->changed, &self->lock);
      else
        lead_round (self, line, round, directory);
    }
  synced = round->error == NULL;
  if (!synced)
    g_propagate_error (error, g_error_copy (round->error));
  leave_round (round);
  leave_line (self, line);
  g_mutex_unlock (&self->lock);
  return synced;
}

void
aimx_sync_group_free (AimxSyncGroup *self)
{
  g_hash_table_unref (self->lines);
  g_mutex_clear (&self->lock);
  g_free (self);
}
