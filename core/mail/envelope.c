/* SPDX-License-Identifier: MIT */
/*
 * AimxEnvelope: a plain value with owned strings, boxed. Nothing here fails.
 */
#include <aimx/envelope.h>

#include <string.h>

G_DEFINE_BOXED_TYPE (AimxEnvelope, aimx_envelope, aimx_envelope_copy, aimx_envelope_free)

AimxEnvelope *
aimx_envelope_new (void)
{
  AimxEnvelope *self = g_new0 (AimxEnvelope, 1);

  self->recipients = g_new0 (char *, 1);
  self->received_at = g_get_real_time ();
  return self;
}

char *
aimx_envelope_read_path (const char *text)
{
  g_autofree char *path = text != NULL ? g_strstrip (g_strdup (text)) : NULL;
  gsize length = path != NULL ? strlen (path) : 0;

  if (length >= 2 && path[0] == '<' && path[length - 1] == '>')
    return g_strstrip (g_strndup (path + 1, length - 2));
  return g_steal_pointer (&path);
}

AimxEnvelope *
aimx_envelope_copy (const AimxEnvelope *self)
{
  AimxEnvelope *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new0 (AimxEnvelope, 1);
  copy->queue_id = g_strdup (self->queue_id);
  copy->peer_address = g_strdup (self->peer_address);
  copy->helo = g_strdup (self->helo);
  copy->mail_from = g_strdup (self->mail_from);
  copy->recipients = self->recipients != NULL ? g_strdupv (self->recipients) : g_new0 (char *, 1);
  copy->protocol = g_strdup (self->protocol);
  copy->received_at = self->received_at;
  copy->authentication = self->authentication != NULL ? g_object_ref (self->authentication) : NULL;
  copy->trace_length = self->trace_length;
  return copy;
}

void
aimx_envelope_free (AimxEnvelope *self)
{
  if (self == NULL)
    return;
  g_free (self->queue_id);
  g_free (self->peer_address);
  g_free (self->helo);
  g_free (self->mail_from);
  g_strfreev (self->recipients);
  g_free (self->protocol);
  g_clear_object (&self->authentication);
  g_free (self);
}
