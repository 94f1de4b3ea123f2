/* SPDX-License-Identifier: MIT */
#include "author.h"

#include <string.h>

/* Between the last `<` and the next `>`, else the whole. */
char *
author_get_address (AimxMessage *message)
{
  const char *from = aimx_message_get (message, AIMX_MESSAGE_FROM);
  const char *open = from != NULL ? strrchr (from, '<') : NULL;
  const char *close = open != NULL ? strchr (open, '>') : NULL;
  g_autofree char *address = NULL;

  if (from == NULL || aimx_message_get_author_count (message) != 1)
    return NULL;
  address = close != NULL ? g_strndup (open + 1, (gsize) (close - open - 1)) : g_strdup (from);
  return g_utf8_strdown (g_strstrip (address), -1);
}
