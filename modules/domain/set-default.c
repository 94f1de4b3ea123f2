/* SPDX-License-Identifier: MIT */
/*
 * DOMAIN-SET-DEFAULT: the order of `domains` changes, and nothing else; but a key in the place of a single domain is
 * that of the default domain until now, and is put into its directory first.
 */
#include "name.h"
#include "verbs.h"

#include <aimx/aimx.h>

static gboolean
is_default (AimxConfig *config, const char *domain)
{
  return g_str_equal (aimx_domain_get_name (aimx_config_get_default_domain (config)), domain);
}

static gboolean
set_default (AimxServer *server, AimxSigner *signer, const char *domain, GError **error)
{
  g_autoptr (AimxConfigChange) change = aimx_server_begin_change (server, NULL, error);
  g_autoptr (AimxConfig) written = change != NULL ? aimx_config_change_validate (change, error) : NULL;
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (server));
  const char *current = aimx_domain_get_name (aimx_config_get_default_domain (config));

  if (written == NULL || !domain_name_check_configured (written, domain, error))
    return FALSE;
  /* The file may have been edited by hand since it was read. */
  if (g_str_equal (current, domain) && is_default (written, domain))
    return TRUE;
  if (!aimx_config_change_set_default_domain (change, domain, error) ||
      !aimx_signer_adopt (signer, change, current, error) || !aimx_config_change_commit (change, error))
    return FALSE;
  aimx_log (G_LOG_LEVEL_INFO, "MESSAGE", "domain %s is the default now, no longer %s", domain, current);
  return TRUE;
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_autofree char *domain = domain_name_read (request, error);

  return domain != NULL && set_default (aimx_request_get_server (request), user_data, domain, error)
             ? aimx_response_new_ack ()
             : NULL;
}

static const AimxHeaderSpec headers[] = {
  { "Domain", AIMX_HEADER_DOMAIN, AIMX_HEADER_REQUIRED | AIMX_HEADER_POSITIONAL, "one of the domains configured" },
  { NULL },
};

const AimxVerbSpec domain_set_default_verb = {
  .name = "DOMAIN-SET-DEFAULT",
  .summary = "make a domain the one that names without a domain mean",
  .headers = headers,
  .action = AIMX_ACTION_SYSTEM,
  .result = AIMX_RESULT_ACK,
  .handler = handle,
};
