/* SPDX-License-Identifier: MIT */
/*
 * A request for locks, from when it is made until its guard is gone. The lock manager's mutex guards what changes.
 */
#pragma once

#include <aimx/lock-manager.h>

G_BEGIN_DECLS

typedef struct
{
  int ref_count;
  AimxLockRank rank;
  GStrv names;
  const char *module;   /* whose it is; NULL: the server's own */
  gboolean is_delivery; /* may give up */
  guint n_ahead;        /* names whose queue this does not head yet */
  gboolean granted;     /* heads every queue */
  int finished;         /* atomic: out of every queue */
  gint64 since;         /* asked for, and once granted held */
  gboolean is_reported; /* held for long */
  GThread *thread;      /* that took it by blocking; %NULL for one taken asynchronously */
  gboolean is_blocking; /* somebody waits for @cond */
  GCond cond;
  GTask *task; /* of an async waiter */
} AimxLockRequest;

/** aimx_lock_request_new: Returns: (transfer full): one for @names in order and each once; @module lives for ever */
AimxLockRequest *aimx_lock_request_new (const char *module, AimxLockRank rank, const char *const *names);
/** aimx_lock_request_ref: Returns: (transfer full): @self; any thread */
AimxLockRequest *aimx_lock_request_ref (AimxLockRequest *self);
/** aimx_lock_request_unref: any thread */
void aimx_lock_request_unref (gpointer self);
/** aimx_lock_request_describe: Returns: (transfer full): what it is about, for people */
char *aimx_lock_request_describe (const AimxLockRequest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxLockRequest, aimx_lock_request_unref)

G_END_DECLS
