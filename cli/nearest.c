/* SPDX-License-Identifier: MIT */
/* Optimal string alignment distance, on bytes: names here are ASCII. */
#include "nearest.h"

#include <string.h>

#define LENGTH_MAX 63

static guint
distance (const char *a, const char *b)
{
  guint rows[3][LENGTH_MAX + 1]; /* the one before last, the last, this one */
  gsize a_length = strlen (a), b_length = strlen (b);

  for (gsize j = 0; j <= b_length; j++)
    rows[2][j] = (guint) j;
  for (gsize i = 1; i <= a_length; i++)
    {
      memcpy (rows[0], rows[1], sizeof rows[0]);
      memcpy (rows[1], rows[2], sizeof rows[1]);
      rows[2][0] = (guint) i;
      for (gsize j = 1; j <= b_length; j++)
        {
          guint best = rows[1][j - 1] + (a[i - 1] != b[j - 1]);

          best = MIN (best, rows[1][j] + 1);
          best = MIN (best, rows[2][j - 1] + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            best = MIN (best, rows[0][j - 2] + 1);
          rows[2][j] = best;
        }
    }
  return rows[2][b_length];
}

const char *
cli_nearest (const char *typed, const char *const *known, guint n_known)
{
  const char *nearest = NULL;
  guint least = G_MAXUINT;

  if (strlen (typed) > LENGTH_MAX)
    return NULL;
  for (guint i = 0; i < n_known; i++)
    {
      gsize length = strlen (known[i]);
      guint one;

      if (length > LENGTH_MAX)
        continue;
      one = distance (typed, known[i]);
      /* A beginning says more than any other likeness. */
      if (strlen (typed) >= 3 && g_str_has_prefix (known[i], typed))
        one = 1;
      if (one < least && one <= MAX (length, strlen (typed)) / 3)
        {
          least = one;
          nearest = known[i];
        }
    }
  return nearest;
}
