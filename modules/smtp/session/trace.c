/* SPDX-License-Identifier: MIT */
/* The trace field of a transaction (RFC 5321, 4.4). What strangers said in it is reduced to what a host name has. */
#include "session-private.h"

#include <string.h>

const char *
smtp_session_get_protocol (const SmtpSession *self)
{
  gboolean tls = self->tls_version != NULL;

  if (self->transaction != NULL && self->transaction->utf8)
    return tls ? "UTF8SMTPS" : "UTF8SMTP";
  if (!self->extended)
    return "SMTP";
  return tls ? "ESMTPS" : "ESMTP";
}

static char *
clean (const char *name)
{
  char *cleaned = g_strndup (name != NULL && *name != '\0' ? name : "unknown", SMTP_MAX_DOMAIN);

  for (char *at = cleaned; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && strchr ("-._:[]", *at) == NULL)
      *at = '?';
  return cleaned;
}

/* RFC 5322, 3.3, whatever the locale is. */
static char *
format_date (gint64 real_time)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (real_time / G_USEC_PER_SEC);

  return g_strdup_printf ("%s, %d %s %d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week (time) - 1],
                          g_date_time_get_day_of_month (time), months[g_date_time_get_month (time) - 1],
                          g_date_time_get_year (time), g_date_time_get_hour (time), g_date_time_get_minute (time),
                          g_date_time_get_second (time));
}

char *
smtp_trace_new (const SmtpSession *self, const char *rdns, gint64 real_time)
{
  g_autofree char *helo = clean (self->helo);
  g_autofree char *name = clean (rdns);
  g_autofree char *date = format_date (real_time);
  const char *family = strchr (self->peer_address, ':') != NULL ? "IPv6:" : "";

  return g_strdup_printf ("Received: from %s (%s [%s%s])\r\n\tby %s with %s id %s;\r\n\t%s\r\n", helo, name, family,
                          self->peer_address, self->settings->host, smtp_session_get_protocol (self),
                          self->transaction->queue_id, date);
}
