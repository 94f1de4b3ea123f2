/* SPDX-License-Identifier: MIT */
/*
 * A call: what a door read, then what the server made of it. Written by one thread at a time, the door's and then the
 * server's; a handler only reads.
 */
#include "request-private.h"

typedef struct
{
  const char *name; /* of the descriptor */
  char *value;
} Value;

struct _AimxRequest
{
  GObject parent;
  AimxServer *server; /* not owned */
  AimxCaller *caller;
  char *verb;
  GStrv sent;
  GArray *values;
  GBytes *body;
  AimxConfig *config;
  const AimxMailbox *mailbox;
};

G_DEFINE_TYPE (AimxRequest, aimx_request, G_TYPE_OBJECT)

AimxRequest *
aimx_request_new (AimxCaller *caller, const char *verb, const char *const *headers, GBytes *body)
{
  AimxRequest *self;

  g_return_val_if_fail (caller != NULL && verb != NULL, NULL);
  g_return_val_if_fail (headers == NULL || g_strv_length ((GStrv) headers) % 2 == 0, NULL);

  self = g_object_new (AIMX_TYPE_REQUEST, NULL);
  self->caller = aimx_caller_ref (caller);
  self->verb = g_strdup (verb);
  self->sent = headers != NULL ? g_strdupv ((GStrv) headers) : g_new0 (char *, 1);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  return self;
}

AimxServer *
aimx_request_get_server (AimxRequest *self)
{
  return self->server;
}

AimxCaller *
aimx_request_get_caller (AimxRequest *self)
{
  return self->caller;
}

const char *
aimx_request_get_verb (AimxRequest *self)
{
  return self->verb;
}

const char *
aimx_request_get_header (AimxRequest *self, const char *name)
{
  for (guint i = 0; i < self->values->len; i++)
    {
      const Value *value = &g_array_index (self->values, Value, i);

      if (g_ascii_strcasecmp (value->name, name) == 0)
        return value->value;
    }
  return NULL;
}

gboolean
aimx_request_get_boolean (AimxRequest *self, const char *name, gboolean fallback)
{
  const char *value = aimx_request_get_header (self, name);

  return value != NULL ? strcmp (value, "true") == 0 || strcmp (value, "yes") == 0 : fallback;
}

guint64
aimx_request_get_integer (AimxRequest *self, const char *name, guint64 fallback)
{
  const char *value = aimx_request_get_header (self, name);

  return value != NULL ? g_ascii_strtoull (value, NULL, 10) : fallback;
}

/* Where @text goes on after what looks like @shape, in which a 0 is any digit; NULL when it does not begin so. */
static const char *
skip_shape (const char *text, const char *shape)
{
  for (; *shape != '\0'; text++, shape++)
    if (*shape == '0' ? !g_ascii_isdigit (*text) : *text != *shape)
      return NULL;
  return text;
}

/* Where @text goes on after its point and digits; NULL when there is no digit. */
static const char *
skip_fraction (const char *text)
{
  const char *at = text + 1;

  while (g_ascii_isdigit (*at))
    at++;
  return at > text + 1 ? at : NULL;
}

/* RFC 3339, section 5.6, in capitals: that part of ISO 8601 which has separators and says its zone. */
static gboolean
is_date_time (const char *text)
{
  const char *at = skip_shape (text, "0000-00-00T00:00:00");

  if (at != NULL && *at == '.')
    at = skip_fraction (at);
  if (at == NULL)
    return FALSE;
  if (*at == '+' || *at == '-')
    at = skip_shape (at + 1, "00:00");
  else
    at = skip_shape (at, "Z");
  return at != NULL && *at == '\0';
}

gboolean
aimx_request_read_time (const char *value, gboolean last, gint64 *seconds)
{
  const char *end = skip_shape (value, "0000-00-00");
  const gboolean is_date = end != NULL && *end == '\0';
  g_autofree char *text =
      is_date ? g_strconcat (value, last ? "T23:59:59Z" : "T00:00:00Z", NULL) : g_ascii_strup (value, -1);
  g_autoptr (GDateTime) time = is_date_time (text) ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  if (time == NULL)
    return FALSE;
  *seconds = g_date_time_to_unix (time);
  return TRUE;
}

static gint64
get_time (AimxRequest *self, const char *name, gboolean last, gint64 fallback)
{
  const char *value = aimx_request_get_header (self, name);
  gint64 seconds;

  return value != NULL && aimx_request_read_time (value, last, &seconds) ? seconds : fallback;
}

gint64
aimx_request_get_time (AimxRequest *self, const char *name, gint64 fallback)
{
  return get_time (self, name, FALSE, fallback);
}

gint64
aimx_request_get_end_time (AimxRequest *self, const char *name, gint64 fallback)
{
  return get_time (self, name, TRUE, fallback);
}

GBytes *
aimx_request_get_body (AimxRequest *self)
{
  return self->body;
}

AimxConfig *
aimx_request_get_config (AimxRequest *self)
{
  return self->config;
}

const AimxMailbox *
aimx_request_get_mailbox (AimxRequest *self)
{
  return self->mailbox;
}

/* ---- for the server ---- */

const char *const *
aimx_request_get_sent_headers (AimxRequest *self)
{
  return (const char *const *) self->sent;
}

void
aimx_request_take_value (AimxRequest *self, const char *name, char *value)
{
  Value taken = { name, value };

  g_array_append_val (self->values, taken);
}

void
aimx_request_set_body (AimxRequest *self, GBytes *body)
{
  GBytes *old = self->body;

  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  g_clear_pointer (&old, g_bytes_unref);
}

void
aimx_request_set_server (AimxRequest *self, AimxServer *server)
{
  self->server = server;
}

void
aimx_request_set_config (AimxRequest *self, AimxConfig *config, const AimxMailbox *mailbox)
{
  g_set_object (&self->config, config);
  self->mailbox = mailbox;
}

static void
clear_value (gpointer data)
{
  Value *value = data;

  g_free (value->value);
}

static void
aimx_request_finalize (GObject *object)
{
  AimxRequest *self = AIMX_REQUEST (object);

  g_clear_pointer (&self->caller, aimx_caller_unref);
  g_free (self->verb);
  g_strfreev (self->sent);
  g_array_unref (self->values);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (aimx_request_parent_class)->finalize (object);
}

static void
aimx_request_class_init (AimxRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_request_finalize;
}

static void
aimx_request_init (AimxRequest *self)
{
  self->values = g_array_new (FALSE, FALSE, sizeof (Value));
  g_array_set_clear_func (self->values, clear_value);
}
