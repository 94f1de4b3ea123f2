/* SPDX-License-Identifier: MIT */
/* To the pool and back. */
#include "work.h"

typedef struct
{
  AimxWorkFunc work;
  AimxWorkFunc done;
  gpointer data;
} Work;

static gboolean
come_back (gpointer user_data)
{
  g_autofree Work *work = user_data;

  work->done (work->data);
  return G_SOURCE_REMOVE;
}

static void
run (gpointer user_data)
{
  Work *work = user_data;
  g_autoptr (GSource) source = g_idle_source_new ();

  work->work (work->data);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "aimx bus work");
  g_source_set_callback (source, come_back, work, NULL);
  g_source_attach (source, NULL);
}

void
bus_work_run (AimxServer *server, AimxWorkFunc work, AimxWorkFunc done, gpointer data)
{
  Work *job = g_new (Work, 1);

  *job = (Work){ work, done, data };
  aimx_server_run (server, run, job);
}
