/* SPDX-License-Identifier: MIT */
#include "upstream.h"

ResolverUpstream *
resolver_upstream_new (AimxConfig *config, const char *variable, GError **error)
{
  g_autofree char *server = variable != NULL ? aimx_name_read_dns_server (variable, error) : NULL;
  const char *const servers[] = { server, NULL };
  ResolverUpstream *self;

  if (variable != NULL && server == NULL)
    {
      g_prefix_error (error, "%s: ", RESOLVER_VARIABLE);
      return NULL;
    }
  self = g_new0 (ResolverUpstream, 1);
  self->servers = g_strdupv ((GStrv) (server != NULL ? servers : aimx_config_get_resolver_servers (config)));
  self->system_servers = g_strdup (RESOLVER_SYSTEM_SERVERS);
  self->anchor = g_strdup (aimx_config_get_resolver_trust_anchor (config));
  return self;
}

ResolverUpstream *
resolver_upstream_copy (const ResolverUpstream *self)
{
  ResolverUpstream *copy = g_new0 (ResolverUpstream, 1);

  copy->servers = g_strdupv (self->servers);
  copy->system_servers = g_strdup (self->system_servers);
  copy->anchor = g_strdup (self->anchor);
  return copy;
}

gboolean
resolver_upstream_equal (const ResolverUpstream *a, const ResolverUpstream *b)
{
  return g_strv_equal ((const char *const *) a->servers, (const char *const *) b->servers) &&
         g_strcmp0 (a->anchor, b->anchor) == 0;
}

void
resolver_upstream_free (ResolverUpstream *self)
{
  g_strfreev (self->servers);
  g_free (self->system_servers);
  g_free (self->anchor);
  g_free (self);
}
