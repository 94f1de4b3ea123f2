/* SPDX-License-Identifier: MIT */
/*
 * Any bytes are a configuration or an error; what a configuration hands out is whole, and its patterns can be matched
 * against anything.
 */
#include "config/config-private.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
use_mailbox (AimxConfig *config, const AimxMailbox *mailbox)
{
  const char *name = aimx_mailbox_get_name (mailbox);
  g_autofree char *canonical = aimx_config_resolve_name (config, name);

  g_assert_cmpstr (canonical, ==, name);
  g_assert_true (aimx_config_get_mailbox (config, name) == mailbox);
  g_assert_true (aimx_config_resolve_recipient (config, aimx_mailbox_get_address (mailbox), NULL) == mailbox);
  g_assert_nonnull (aimx_config_get_domain (config, aimx_mailbox_get_domain (mailbox)));
  g_assert_true (strchr (aimx_mailbox_get_directory (mailbox), '/') == NULL);
  aimx_mailbox_trusts_sender (mailbox, name);
  aimx_mailbox_trusts_sender (mailbox, "aaaaaaaaaaaaaaaa@b");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AimxConfig) config = aimx_config_parse ("c", (const char *) data, size, &error);
  GPtrArray *mailboxes;

  if (config == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  mailboxes = aimx_config_get_mailboxes (config);
  g_assert_nonnull (aimx_config_get_default_domain (config));
  for (guint i = 0; i < mailboxes->len; i++)
    use_mailbox (config, mailboxes->pdata[i]);
  return 0;
}
