/* SPDX-License-Identifier: MIT */
/* How long each of many things took, in microseconds, put together from several threads. */
#pragma once

#include <glib.h>

typedef GArray Waits; /* gint64 */

static inline Waits *
waits_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (gint64));
}

static inline void
waits_add (Waits *self, gint64 usec)
{
  g_array_append_val (self, usec);
}

/* Takes @other. */
static inline void
waits_merge (Waits *self, Waits *other)
{
  g_array_append_vals (self, other->data, other->len);
  g_array_unref (other);
}

static inline int
waits_compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static inline void
waits_sort (Waits *self)
{
  g_array_sort (self, waits_compare);
}

/* Of sorted ones; 0 when there are none. */
static inline gint64
waits_percentile (const Waits *self, guint percent)
{
  return self->len > 0 ? g_array_index (self, gint64, (guint64) (self->len - 1) * percent / 100) : 0;
}
