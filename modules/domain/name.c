/* SPDX-License-Identifier: MIT */
#include "name.h"

#include <aimx/aimx.h>

char *
domain_name_read (AimxRequest *request, GError **error)
{
  g_autofree char *domain = g_ascii_strdown (aimx_request_get_header (request, "Domain"), -1);

  return aimx_name_check_domain (domain, error) ? g_steal_pointer (&domain) : NULL;
}

gboolean
domain_name_check_configured (AimxConfig *config, const char *domain, GError **error)
{
  if (aimx_config_get_domain (config, domain) != NULL)
    return TRUE;
  g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN, "domain '%s' is not in `domains`; `aimx domains list` shows all",
               domain);
  return FALSE;
}

void
domain_announce (AimxServer *server, const char *event, const char *domain)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "domain", "s", domain);
  aimx_event_bus_emit (aimx_server_get_event_bus (server), event, g_variant_dict_end (&details));
}
