/* SPDX-License-Identifier: MIT */
/*
 * Threads are found by the root id: the first in References (RFC 5322, 3.6.4: the oldest ancestor stands first), else
 * what is replied to, else the message itself.
 */
#include "mail/thread-id.h"

#include "mail/digest.h"

#include <string.h>

char *
aimx_message_id_first (const char *ids)
{
  const char *start;
  gsize length;

  if (ids == NULL)
    return NULL;
  start = ids + strspn (ids, " \t\r\n<");
  length = strcspn (start, " \t\r\n<>");
  return length > 0 ? g_strndup (start, length) : NULL;
}

char *
aimx_thread_id_new (const char *references, const char *in_reply_to, const char *message_id, const char *stem)
{
  g_autofree char *root = aimx_message_id_first (references);

  if (root == NULL)
    root = aimx_message_id_first (in_reply_to);
  if (root == NULL && message_id != NULL && *message_id != '\0')
    root = g_strdup (message_id);
  return aimx_digest_id (root != NULL ? root : stem);
}
