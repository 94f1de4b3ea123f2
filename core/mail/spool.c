/* SPDX-License-Identifier: MIT */
/*
 * A message while it arrives. Most never meet a disk here; others go to a file without a name, which no crash leaves
 * behind, and are mapped when they are read.
 *
 * What a message takes of the shared room it keeps until its bytes are freed, which is after its delivery.
 */
#include "mail/spool-private.h"

#include "io/sys.h"

struct _AimxSpool
{
  GObject parent_instance;

  AimxDirectory *directory; /* NULL: memory only */
  AimxSpoolRoom *room;
  gsize reserved; /* of the room */
  GByteArray *memory;
  AimxFd fd;
  gsize size;
  gboolean failed;
};

G_DEFINE_FINAL_TYPE (AimxSpool, aimx_spool, G_TYPE_OBJECT)

/* What is reserved at once. */
#define STEP (64 * 1024)

AimxSpoolRoom *
aimx_spool_room_new (void)
{
  return g_atomic_rc_box_new0 (AimxSpoolRoom);
}

AimxSpool *
aimx_spool_new (AimxDirectory *directory, AimxSpoolRoom *room)
{
  AimxSpool *self = g_object_new (AIMX_TYPE_SPOOL, NULL);

  self->room = g_atomic_rc_box_acquire (room);
  self->directory = directory != NULL ? aimx_directory_ref (directory) : NULL;
  return self;
}

static void
release (AimxSpoolRoom *room, gsize reserved)
{
  g_atomic_int_add (&room->used, -(gint) reserved);
}

static gboolean
reserve (AimxSpool *self, gsize length)
{
  gsize steps = (length + STEP - 1) / STEP * STEP;

  if (g_atomic_int_add (&self->room->used, (gint) steps) > (gint) (AIMX_SPOOL_ROOM - steps))
    {
      release (self->room, steps);
      return FALSE;
    }
  self->reserved += steps;
  return TRUE;
}

gboolean
aimx_spool_reserve_memory (AimxSpool *self, gsize length)
{
  gsize ours = AIMX_SPOOL_MEMORY_MIN + self->reserved;

  if (self->memory == NULL || self->failed || length > AIMX_SPOOL_MEMORY_MAX - self->memory->len)
    return FALSE;
  length += self->memory->len;
  return length <= ours || reserve (self, length - ours);
}

static void
drop_memory (AimxSpool *self)
{
  g_clear_pointer (&self->memory, g_byte_array_unref);
  if (self->reserved > 0)
    release (self->room, self->reserved);
  self->reserved = 0;
}

/* Where the file system cannot make a file without a name, one with a name that is gone at once. */
static int
create_and_unlink (AimxDirectory *directory)
{
  g_autofree char *name = g_strdup_printf ("arriving-%08x%08x", g_random_int (), g_random_int ());
  int dir = aimx_directory_get_fd (directory);
  g_auto (AimxFd) fd = aimx_sys_openat (dir, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0600);

  if (fd < 0 || aimx_sys_unlinkat (dir, name, 0) < 0)
    return -1;
  return g_steal_fd (&fd);
}

static gboolean
write_all (AimxSpool *self, const void *data, gsize length, GError **error)
{
  const char *rest = data;

  while (length > 0)
    {
      ssize_t n_written = aimx_sys_write (self->fd, rest, length);

      if (n_written < 0)
        return aimx_error_set_errno (error, errno, "write an arriving message to %s",
                                     aimx_directory_get_path (self->directory));
      rest += n_written;
      length -= (gsize) n_written;
    }
  return TRUE;
}

static gboolean
move_to_file (AimxSpool *self, GError **error)
{
  if (self->directory == NULL)
    {
      g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_IO, "a mail store opened for reading takes no large message");
      return FALSE;
    }
  self->fd = aimx_sys_openat (aimx_directory_get_fd (self->directory), ".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
  if (self->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL))
    self->fd = create_and_unlink (self->directory);
  if (self->fd < 0)
    return aimx_error_set_errno (error, errno, "create a file for an arriving message in %s",
                                 aimx_directory_get_path (self->directory));
  if (!write_all (self, self->memory->data, self->memory->len, error))
    return FALSE;
  drop_memory (self);
  return TRUE;
}

/* A message with a hole in it must never be taken for one. */
static gboolean
check_whole (AimxSpool *self, GError **error)
{
  if (!self->failed)
    return TRUE;
  g_set_error_literal (error, AIMX_ERROR, AIMX_ERROR_IO, "part of the arriving message could not be kept");
  return FALSE;
}

gboolean
aimx_spool_append (AimxSpool *self, const void *data, gsize length, GError **error)
{
  if (!check_whole (self, error))
    return FALSE;
  if (aimx_spool_reserve_memory (self, length))
    g_byte_array_append (self->memory, data, (guint) length);
  else
    self->failed = (self->memory != NULL && !move_to_file (self, error)) || !write_all (self, data, length, error);
  if (!self->failed)
    self->size += length;
  return !self->failed;
}

gsize
aimx_spool_get_size (AimxSpool *self)
{
  return self->size;
}

/* ---- reading ---- */

typedef struct
{
  GByteArray *memory;
  AimxSpoolRoom *room;
  gsize reserved;
} Memory;

static void
memory_free (gpointer data)
{
  Memory *self = data;

  g_byte_array_unref (self->memory);
  release (self->room, self->reserved);
  g_atomic_rc_box_release (self->room);
  g_free (self);
}

static GBytes *
take_memory (AimxSpool *self)
{
  Memory *memory = g_new (Memory, 1);

  memory->memory = g_steal_pointer (&self->memory);
  memory->room = g_atomic_rc_box_acquire (self->room);
  memory->reserved = self->reserved;
  self->reserved = 0;
  return g_bytes_new_with_free_func (memory->memory->data, memory->memory->len, memory_free, memory);
}

typedef struct
{
  void *data;
  gsize length;
} Mapping;

static void
mapping_free (gpointer data)
{
  Mapping *self = data;

  munmap (self->data, self->length);
  g_free (self);
}

static GBytes *
map_file (AimxSpool *self, GError **error)
{
  void *data = aimx_sys_map (self->fd, self->size);
  Mapping *mapping;

  if (data == MAP_FAILED)
    {
      aimx_error_set_errno (error, errno, "map an arrived message in %s", aimx_directory_get_path (self->directory));
      return NULL;
    }
  mapping = g_new (Mapping, 1);
  mapping->data = data;
  mapping->length = self->size;
  return g_bytes_new_with_free_func (data, self->size, mapping_free, mapping);
}

GBytes *
aimx_spool_seal (AimxSpool *self, GError **error)
{
  GBytes *bytes;

  if (!check_whole (self, error))
    return NULL;
  bytes = self->memory != NULL ? take_memory (self) : map_file (self, error);
  aimx_fd_clear (&self->fd);
  /* Nothing can be added to what somebody reads already. */
  self->failed = TRUE;
  return bytes;
}

static void
aimx_spool_finalize (GObject *object)
{
  AimxSpool *self = AIMX_SPOOL (object);

  aimx_fd_clear (&self->fd);
  drop_memory (self);
  g_clear_pointer (&self->room, g_atomic_rc_box_release);
  g_clear_pointer (&self->directory, aimx_directory_unref);
  G_OBJECT_CLASS (aimx_spool_parent_class)->finalize (object);
}

static void
aimx_spool_class_init (AimxSpoolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_spool_finalize;
}

static void
aimx_spool_init (AimxSpool *self)
{
  self->memory = g_byte_array_new ();
  self->fd = -1;
}
