/* SPDX-License-Identifier: MIT */
/*
 * The domain that a request names, and what became of it.
 */
#pragma once

#include <aimx/request.h>

G_BEGIN_DECLS

/** domain_name_read: Returns: (transfer full) (nullable): header `Domain` in lower case; %AIMX_ERROR_VALIDATION */
char *domain_name_read (AimxRequest *request, GError **error);
/** domain_name_check_configured: whether @config has @domain; %AIMX_ERROR_DOMAIN */
gboolean domain_name_check_configured (AimxConfig *config, const char *domain, GError **error);
/** domain_announce: emits @event about @domain */
void domain_announce (AimxServer *server, const char *event, const char *domain);

G_END_DECLS
