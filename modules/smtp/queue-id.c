/* SPDX-License-Identifier: MIT */
/*
 * Time in microseconds, made unique, in 11 digits of 5 bits: enough until the year 3111.
 */
#include "queue-id.h"

const char *
smtp_queue_ids_next (SmtpQueueIds *self, gint64 real_time, char *text)
{
  static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  guint64 id;

  g_mutex_lock (&self->mutex);
  self->last = MAX (self->last + 1, (guint64) MAX (real_time, 0));
  id = self->last;
  g_mutex_unlock (&self->mutex);
  for (int i = SMTP_QUEUE_ID_TEXT - 2; i >= 0; i--)
    {
      text[i] = digits[id & 31];
      id >>= 5;
    }
  text[SMTP_QUEUE_ID_TEXT - 1] = '\0';
  return text;
}
