/* SPDX-License-Identifier: MIT */
/*
 * Trust needs a policy, one proven author, and that author on the list. Anything that is not sure is not trusted.
 */
#include "trust.h"

#include <string.h>

/* Between the last `<` and the next `>`, else the whole. */
static char *
extract_address (const char *from)
{
  const char *open = strrchr (from, '<');
  const char *close = open != NULL ? strchr (open, '>') : NULL;
  g_autofree char *address = close != NULL ? g_strndup (open + 1, (gsize) (close - open - 1)) : g_strdup (from);

  return g_utf8_strdown (g_strstrip (address), -1);
}

const char *
trust_decide (const AimxMailbox *mailbox, AimxMessage *message, AimxAuthentication *authentication, char **sender)
{
  gboolean proven = authentication != NULL && aimx_authentication_is_author_proven (authentication);
  const char *from = aimx_message_get (message, AIMX_MESSAGE_FROM);

  *sender = from != NULL && aimx_message_get_author_count (message) == 1 ? extract_address (from) : NULL;
  if (aimx_mailbox_get_trust (mailbox, NULL) == AIMX_TRUST_NONE)
    return "none";
  return proven && *sender != NULL && aimx_mailbox_trusts_sender (mailbox, *sender) ? "true" : "false";
}
