/* SPDX-License-Identifier: MIT */
/* A message read from its file. */
#include "mail/stored-message-private.h"

#include "io/sys.h"
#include "mail/frontmatter.h"

#include <aimx/mail-store.h>

#include <string.h>

struct _AimxStoredMessage
{
  guint64 stamp;
  char *head; /* what the frontmatter borrows from */
  AimxFrontmatter frontmatter;
  char *body;
};

G_DEFINE_BOXED_TYPE (AimxStoredMessage, aimx_stored_message, aimx_stored_message_ref, aimx_stored_message_unref)

AimxStoredMessage *
aimx_stored_message_ref (AimxStoredMessage *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AimxStoredMessage *self = data;

  g_free (self->head);
  g_free (self->body);
}

void
aimx_stored_message_unref (AimxStoredMessage *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

guint64
aimx_stored_message_get_stamp (AimxStoredMessage *self)
{
  return self->stamp;
}

char *
aimx_stored_message_get_string (AimxStoredMessage *self, const char *key)
{
  return aimx_frontmatter_get_string (&self->frontmatter, key);
}

gboolean
aimx_stored_message_get_boolean (AimxStoredMessage *self, const char *key, gboolean fallback)
{
  return aimx_frontmatter_get_boolean (&self->frontmatter, key, fallback);
}

char **
aimx_stored_message_get_attachments (AimxStoredMessage *self)
{
  return aimx_frontmatter_get_table_strings (&self->frontmatter, "attachments", "filename");
}

const char *
aimx_stored_message_get_body (AimxStoredMessage *self)
{
  return self->body;
}

/* ---- stamps ---- */

static guint64
mix (guint64 hash, guint64 value)
{
  hash = (hash ^ value) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ hash >> 32;
}

static guint64
mix_time (guint64 hash, const struct timespec *time)
{
  return mix (mix (hash, (guint64) time->tv_sec), (guint64) time->tv_nsec);
}

guint64
aimx_stamp_of (const struct stat *info)
{
  guint64 hash = mix (mix (1, info->st_ino), (guint64) info->st_size);

  hash = mix_time (mix_time (hash, &info->st_mtim), &info->st_ctim);
  return MAX (hash, AIMX_STAMP_UNSETTLED + 1);
}

/* ---- reading ---- */

/* (transfer full): at most @max bytes of text from @at on, UTF-8 whatever there is; NULL with errno. */
static char *
read_text (int fd, gsize at, gsize max)
{
  g_autofree char *bytes = g_malloc (max + 1);
  const char *end;
  gsize length = 0;
  ssize_t n_read;

  while (length < max)
    {
      n_read = aimx_sys_pread (fd, bytes + length, max - length, (off_t) (at + length));
      if (n_read < 0)
        return NULL;
      if (n_read == 0)
        break;
      length += (gsize) n_read;
    }
  /* A character that the limit cuts is left out; what else is no text is replaced. */
  if (length == max && !g_utf8_validate_len (bytes, length, &end) &&
      g_utf8_get_char_validated (end, (gssize) (bytes + length - end)) == (gunichar) -2)
    length = (gsize) (end - bytes);
  return g_utf8_make_valid (bytes, (gssize) length);
}

/* Where the body begins: behind the closing line and the empty one that separates it. */
static gsize
find_body (const AimxFrontmatter *frontmatter)
{
  const char *end = frontmatter->text + frontmatter->length;
  const char *at = memchr (frontmatter->text + frontmatter->end, '\n', frontmatter->length - frontmatter->end);

  if (at == NULL)
    return frontmatter->length;
  at++;
  if (at < end && *at == '\r')
    at++;
  if (at < end && *at == '\n')
    at++;
  return (gsize) (at - frontmatter->text);
}

AimxStoredMessage *
aimx_stored_message_read (int fd, const struct stat *info, const char *shown, gsize body_max, GError **error)
{
  g_autoptr (AimxStoredMessage) self = g_atomic_rc_box_new0 (AimxStoredMessage);
  g_autoptr (GError) why = NULL;
  gsize at = 0, rest;

  self->stamp = aimx_stamp_of (info);
  if (aimx_frontmatter_read (fd, shown, &self->head, &self->frontmatter, &why))
    at = find_body (&self->frontmatter);
  else if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_VALIDATION))
    self->frontmatter = (AimxFrontmatter){ .text = "" };
  else
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return NULL;
    }
  rest = info->st_size > (off_t) at ? (gsize) info->st_size - at : 0;
  self->body = read_text (fd, at, MIN (rest, body_max));
  if (self->body != NULL)
    return g_steal_pointer (&self);
  aimx_error_set_errno (error, errno, "read %s", shown);
  return NULL;
}
