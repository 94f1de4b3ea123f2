/* SPDX-License-Identifier: MIT */
/*
 * Notices listeners to events that hold up the main loop, where nothing else can say so: a thread that sleeps while
 * none runs, and wakes up at most every few seconds while some do.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _AimxListenerWatch AimxListenerWatch;

/**
 * AimxListenerRun:
 * @module: (nullable): who listens, a string that lives for ever; %NULL for the server itself
 * @event: name of the event
 *
 * A listener that runs, on the stack of who called it. The first two are the caller's to set.
 */
typedef struct _AimxListenerRun AimxListenerRun;
struct _AimxListenerRun
{
  const char *module;
  const char *event;
  gint64 since;
  guint n_told;
  AimxListenerRun *outer; /* whose listener runs the loop */
};

/** aimx_listener_watch_new: Returns: (transfer full): a watch */
AimxListenerWatch *aimx_listener_watch_new (void);
/** aimx_listener_watch_free: ends it; no listener runs */
void aimx_listener_watch_free (AimxListenerWatch *self);
/** aimx_listener_watch_begin: @run is about to be called */
void aimx_listener_watch_begin (AimxListenerWatch *self, AimxListenerRun *run);
/** aimx_listener_watch_end: Returns: how many microseconds @run took, which has returned */
gint64 aimx_listener_watch_end (AimxListenerWatch *self, AimxListenerRun *run);

G_END_DECLS
