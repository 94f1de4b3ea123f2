/* SPDX-License-Identifier: MIT */
/*
 * Queue ids: what a message is called in replies, trace fields and logs before it has a file.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** SMTP_QUEUE_ID_TEXT: bytes of an id with its end */
#define SMTP_QUEUE_ID_TEXT 12

/** SmtpQueueIds: where ids come from; zero before the first */
typedef struct
{
  GMutex mutex;
  guint64 last;
} SmtpQueueIds;

/**
 * smtp_queue_ids_next:
 * @self: where they come from
 * @real_time: microseconds since the epoch
 * @text: (out caller-allocates): the id, of %SMTP_QUEUE_ID_TEXT bytes
 *
 * An id is the time in microseconds, or the next number when that is taken: no two of one daemon are equal, those of
 * several runs are not either while the clock goes forward, and they sort by time. Any thread.
 *
 * Returns: @text: digits and capital letters without I, L, O and U, such as `06CG3V9QZ2R`
 */
const char *smtp_queue_ids_next (SmtpQueueIds *self, gint64 real_time, char *text);

G_END_DECLS
