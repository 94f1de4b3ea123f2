/* SPDX-License-Identifier: MIT */
#include "readers.h"

#include <glib/gstdio.h>

/* Each has a cache of its own. */
#define KEPT_MAX 4

struct _SearchReaders
{
  GMutex mutex; /* guards what follows */
  GQueue idle;
  char *path;
  GStatBuf file; /* what the path led to */
  guint generation;
};

SearchReaders *
search_readers_new (void)
{
  SearchReaders *self = g_new0 (SearchReaders, 1);

  g_mutex_init (&self->mutex);
  return self;
}

static void
clear (SearchReaders *self)
{
  g_queue_clear_full (&self->idle, (GDestroyNotify) search_database_free);
  g_clear_pointer (&self->path, g_free);
}

void
search_readers_free (SearchReaders *self)
{
  clear (self);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

void
search_readers_set_path (SearchReaders *self, const char *path)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  clear (self);
  self->generation++;
  if (path != NULL && g_stat (path, &self->file) == 0)
    self->path = g_strdup (path);
}

gboolean
search_readers_is_current (SearchReaders *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GStatBuf now;

  return self->path == NULL ||
         (g_stat (self->path, &now) == 0 && now.st_dev == self->file.st_dev && now.st_ino == self->file.st_ino);
}

SearchDatabase *
search_readers_take (SearchReaders *self, guint *generation, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  SearchDatabase *reader = g_queue_pop_tail (&self->idle);

  *generation = self->generation;
  if (reader != NULL || self->path == NULL)
    return reader;
  return search_database_open (self->path, SEARCH_ACCESS_READ, error);
}

void
search_readers_give_back (SearchReaders *self, SearchDatabase *reader, guint generation)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  search_database_set_deadline (reader, 0);
  if (generation == self->generation && g_queue_get_length (&self->idle) < KEPT_MAX)
    g_queue_push_tail (&self->idle, reader);
  else
    search_database_free (reader);
}
