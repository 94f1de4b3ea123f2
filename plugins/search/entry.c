/* SPDX-License-Identifier: MIT */
/*
 * A message's date is what its sender says; what says none, or nonsense, has the time of its arrival. Nothing was sent
 * after it arrived: else a date far ahead would stay on top of all mail.
 */
#include "entry.h"

#include <stdio.h>
#include <string.h>

/* Stems begin with the time of arrival. */
static gint64
get_arrival (const char *stem)
{
  g_autoptr (GDateTime) time = NULL;
  int year, month, day, hour, minute, second;

  if (sscanf (stem, "%4d-%2d-%2d-%2d%2d%2d", &year, &month, &day, &hour, &minute, &second) == 6)
    time = g_date_time_new_utc (year, month, day, hour, minute, second);
  return time != NULL ? g_date_time_to_unix (time) : 0;
}

/* (transfer full) (nullable): the time @key, NULL when it is none. */
static char *
get_time (AimxStoredMessage *message, const char *key, gint64 *seconds)
{
  g_autofree char *text = aimx_stored_message_get_string (message, key);
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  if (time == NULL)
    return NULL;
  *seconds = g_date_time_to_unix (time);
  return g_steal_pointer (&text);
}

static char *
format_time (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ");
}

static void
take_date (SearchEntry *self, AimxStoredMessage *message, const char *stem)
{
  gint64 received_at;
  g_autofree char *received = get_time (message, "received_at", &received_at);

  if (received == NULL)
    received_at = get_arrival (stem);
  self->date = get_time (message, "date", &self->seconds);
  if (self->date == NULL)
    self->date = received != NULL ? g_steal_pointer (&received) : format_time (received_at);
  else if (received_at == 0 || self->seconds <= received_at)
    return;
  self->seconds = received_at;
}

static char *
get_text (AimxStoredMessage *message, const char *key)
{
  char *text = aimx_stored_message_get_string (message, key);

  return text != NULL ? text : g_strdup ("");
}

static char *
get_recipients (AimxStoredMessage *message)
{
  g_autofree char *to = get_text (message, "to");
  g_autofree char *cc = get_text (message, "cc");
  g_autofree char *delivered_to = get_text (message, "delivered_to");

  return g_strjoin ("\n", to, cc, delivered_to, NULL);
}

void
search_entry_init (SearchEntry *self, AimxStoredMessage *message, const char *stem)
{
  g_auto (GStrv) attachments = aimx_stored_message_get_attachments (message);

  *self = (SearchEntry){ .read = aimx_stored_message_get_boolean (message, "read", FALSE) };
  take_date (self, message, stem);
  self->sender = get_text (message, "from");
  self->recipients = get_recipients (message);
  self->subject = get_text (message, "subject");
  self->attachments = g_strjoinv ("\n", attachments);
  self->attached = attachments[0] != NULL;
}

void
search_entry_clear (SearchEntry *self)
{
  g_free (self->date);
  g_free (self->sender);
  g_free (self->recipients);
  g_free (self->subject);
  g_free (self->attachments);
}
