/* SPDX-License-Identifier: MIT */
#include "rotation-watch.h"

#include "rotation.h"

#define LOOK_SECONDS (5 * 60)

struct _DkimRotationWatch
{
  gatomicrefcount refs;
  AimxServer *server; /* unowned: it waits for what runs on its pool */
  DkimSigner *signer;
  guint timer;
  guint subscription;
  int looking;  /* atomic: one look at a time */
  int is_again; /* atomic: something has changed since that one began */
};

static void
watch_unref (DkimRotationWatch *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_object_unref (self->signer);
  g_free (self);
}

/* ---- looking, on the pool ---- */

static void
look_at (DkimRotationWatch *self, const AimxDomain *domain)
{
  static const DkimRotationWish wish = { .begins = FALSE };
  const char *name = aimx_domain_get_name (domain);
  const DkimKeyFiles files = { .store = aimx_server_get_config_store (self->server), .domain = name };
  g_autoptr (GError) error = NULL;
  g_autoptr (DkimRotation) rotation = dkim_rotation_read (&files, &error);
  g_autoptr (DkimRotationReport) report = NULL;
  g_autoptr (AimxResolver) resolver = aimx_server_get_service (self->server, AIMX_TYPE_RESOLVER);

  if (rotation != NULL)
    report = dkim_rotation_advance (self->server, self->signer, resolver, name, &wish, &error);
  if (error != NULL && !g_error_matches (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    aimx_log (G_LOG_LEVEL_WARNING, AIMX_LOG_DOMAIN, name, "MESSAGE",
              "the keys of domain %s are not replaced for now: %s", name, error->message);
}

static void
look_at_all (DkimRotationWatch *self)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->server));
  GPtrArray *domains = aimx_config_get_domains (config);

  for (guint i = 0; i < domains->len; i++)
    look_at (self, domains->pdata[i]);
}

static void begin_look (DkimRotationWatch *self);

static void
look (gpointer user_data)
{
  DkimRotationWatch *self = user_data;

  g_atomic_int_set (&self->is_again, FALSE);
  look_at_all (self);
  g_atomic_int_set (&self->looking, FALSE);
  if (g_atomic_int_get (&self->is_again))
    begin_look (self);
  watch_unref (self);
}

static void
begin_look (DkimRotationWatch *self)
{
  g_atomic_int_set (&self->is_again, TRUE);
  if (!g_atomic_int_compare_and_exchange (&self->looking, FALSE, TRUE))
    return;
  g_atomic_ref_count_inc (&self->refs);
  aimx_server_run (self->server, look, self);
}

/* ---- when, on the main loop ---- */

static gboolean
on_time (gpointer user_data)
{
  begin_look (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_config_changed (const char *name, GVariant *details, gpointer user_data)
{
  begin_look (user_data);
}

DkimRotationWatch *
dkim_rotation_watch_start (AimxServer *server, DkimSigner *signer)
{
  DkimRotationWatch *self = g_new0 (DkimRotationWatch, 1);

  g_atomic_ref_count_init (&self->refs);
  self->server = server;
  self->signer = g_object_ref (signer);
  self->timer = g_timeout_add_seconds (LOOK_SECONDS, on_time, self);
  self->subscription = aimx_event_bus_subscribe (aimx_server_get_event_bus (server), AIMX_EVENT_CONFIG_CHANGED,
                                                 on_config_changed, self, NULL);
  begin_look (self);
  return self;
}

void
dkim_rotation_watch_stop (DkimRotationWatch *self)
{
  g_source_remove (self->timer);
  aimx_event_bus_unsubscribe (aimx_server_get_event_bus (self->server), self->subscription);
  watch_unref (self);
}
