/* SPDX-License-Identifier: MIT */
/*
 * An answer: immutable, one of the shapes of AIMX/1. JSON is put into text by whoever makes the answer, on the pool.
 */
#include "request-private.h"

#include <aimx/frame.h>

/* Bytes of what an error says. */
#define ERROR_TEXT_MAX 4096

struct _AimxResponse
{
  GObject parent;
  AimxResultShape shape;
  GError *error;
  char *id;
  GBytes *body;
};

G_DEFINE_TYPE (AimxResponse, aimx_response, G_TYPE_OBJECT)

static AimxResponse *
new_of_shape (AimxResultShape shape)
{
  AimxResponse *self = g_object_new (AIMX_TYPE_RESPONSE, NULL);

  self->shape = shape;
  return self;
}

AimxResponse *
aimx_response_new_ack (void)
{
  return new_of_shape (AIMX_RESULT_ACK);
}

AimxResponse *
aimx_response_new_id (const char *id)
{
  AimxResponse *self;

  g_return_val_if_fail (id != NULL && *id != '\0', NULL);

  self = new_of_shape (AIMX_RESULT_ID);
  self->id = g_strdup (id);
  return self;
}

AimxResponse *
aimx_response_new_json (JsonNode *node)
{
  AimxResponse *self;
  char *text;

  g_return_val_if_fail (node != NULL, NULL);

  self = new_of_shape (AIMX_RESULT_JSON);
  text = json_to_string (node, FALSE);
  self->body = g_bytes_new_take (text, strlen (text));
  json_node_unref (node);
  return self;
}

AimxResponse *
aimx_response_new_error (const GError *error)
{
  AimxResponse *self;

  g_return_val_if_fail (error != NULL, NULL);

  self = new_of_shape (AIMX_RESULT_ACK);
  self->error = g_error_copy (error);
  if (strlen (error->message) > ERROR_TEXT_MAX || !g_utf8_validate (error->message, -1, NULL))
    {
      g_free (self->error->message);
      self->error->message = g_utf8_make_valid (error->message, (gssize) strnlen (error->message, ERROR_TEXT_MAX));
    }
  return self;
}

const GError *
aimx_response_get_error (AimxResponse *self)
{
  return self->error;
}

const char *
aimx_response_get_id (AimxResponse *self)
{
  return self->id;
}

GBytes *
aimx_response_get_body (AimxResponse *self)
{
  return self->body;
}

gboolean
aimx_response_has_shape (AimxResponse *self, AimxResultShape shape)
{
  return self->error != NULL || self->shape == shape;
}

const char *
aimx_response_find_fault (AimxResponse *self, AimxResultShape shape)
{
  gsize length;
  const char *text;

  if (!aimx_response_has_shape (self, shape))
    return "not of the shape that its descriptor says";
  if (self->id != NULL && (strpbrk (self->id, "\r\n") != NULL || strlen (self->id) > AIMX_FRAME_LINE_MAX / 2 ||
                           !g_utf8_validate (self->id, -1, NULL)))
    return "an id that is not one short line of UTF-8";
  text = self->body != NULL ? g_bytes_get_data (self->body, &length) : NULL;
  if (text != NULL && length > AIMX_ANSWER_BODY_MAX)
    return "more than a client takes";
  if (text != NULL && !g_utf8_validate (text, (gssize) length, NULL))
    return "not UTF-8";
  return NULL;
}

static void
aimx_response_finalize (GObject *object)
{
  AimxResponse *self = AIMX_RESPONSE (object);

  g_clear_error (&self->error);
  g_free (self->id);
  g_clear_pointer (&self->body, g_bytes_unref);
  G_OBJECT_CLASS (aimx_response_parent_class)->finalize (object);
}

static void
aimx_response_class_init (AimxResponseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = aimx_response_finalize;
}

static void
aimx_response_init (AimxResponse *self)
{
}
