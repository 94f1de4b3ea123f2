/* SPDX-License-Identifier: MIT */
/*
 * An answer: immutable, one of the shapes of AIMX/1. JSON is put into text by whoever makes the answer, on the pool.
 */
#include "request-private.h"

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
