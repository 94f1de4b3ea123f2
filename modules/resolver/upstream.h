/* SPDX-License-Identifier: MIT */
/* Whom to ask, and what to believe: from the configuration, the environment and the system. */
#pragma once

#include <aimx/config.h>

G_BEGIN_DECLS

/** RESOLVER_VARIABLE: `ADDR@PORT` in the environment: the one server that is asked, whatever is configured */
#define RESOLVER_VARIABLE "AIMX_RESOLVER"

/** RESOLVER_SYSTEM_ANCHOR: the root's keys, as Debian's dns-root-data installs them */
#define RESOLVER_SYSTEM_ANCHOR "/usr/share/dns/root.key"

/** RESOLVER_SYSTEM_SERVERS: resolv.conf(5), which names the servers of the system */
#define RESOLVER_SYSTEM_SERVERS "/etc/resolv.conf"

/**
 * ResolverUpstream:
 * @servers: (array zero-terminated=1): `ADDR@PORT` each; empty for those of the system
 * @system_servers: file that names those, read again when it changes
 * @anchor: (nullable): file with the keys that DNSSEC starts from; %NULL for the system's, if there are any and the
 * servers can prove them
 */
typedef struct
{
  GStrv servers;
  char *system_servers;
  char *anchor;
} ResolverUpstream;

/**
 * resolver_upstream_new:
 * @config: the snapshot
 * @variable: (nullable): the value of #RESOLVER_VARIABLE
 * @error: %AIMX_ERROR_VALIDATION: @variable is no server
 *
 * Returns: (transfer full) (nullable): whom to ask
 */
ResolverUpstream *resolver_upstream_new (AimxConfig *config, const char *variable, GError **error);
/** resolver_upstream_copy: Returns: (transfer full): another like it */
ResolverUpstream *resolver_upstream_copy (const ResolverUpstream *self);
/** resolver_upstream_equal: Returns: whether both say the same */
gboolean resolver_upstream_equal (const ResolverUpstream *a, const ResolverUpstream *b);
/** resolver_upstream_free: frees it */
void resolver_upstream_free (ResolverUpstream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ResolverUpstream, resolver_upstream_free)

G_END_DECLS
