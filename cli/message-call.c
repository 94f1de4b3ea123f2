/* SPDX-License-Identifier: MIT */
#include "message-call.h"

void
cli_message_add_headers (GStrvBuilder *headers, const CliInvocation *invocation)
{
  static const char *const pairs[][2] = { { "ip", "Ip" }, { "helo", "Helo" }, { "mail-from", "Mail-From" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const char *value = cli_invocation_get (invocation, pairs[i][0]);

      /* No header is empty: this is the null reverse-path. */
      if (value != NULL)
        g_strv_builder_add_many (headers, pairs[i][1], *value != '\0' ? value : "<>", NULL);
    }
}
