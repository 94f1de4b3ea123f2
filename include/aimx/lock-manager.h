/* SPDX-License-Identifier: MIT */
/*
 * Named locks in ranks. A guard in the hand is the proof that a lock is held: what must run under a lock takes the
 * guard as an argument.
 *
 * Order: mailbox names before the config. A set of names of one rank is taken whole, in sorted order. Whoever holds a
 * rank may ask only for a higher one; anything else is refused with a critical and %AIMX_ERROR_ORDER in every build, so
 * that a deadlock cannot be written. Waiters are served in the order in which they came.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxLockRank:
 * @AIMX_LOCK_MAILBOX: one lock for each canonical FQDN, the outer rank
 * @AIMX_LOCK_CONFIG: one lock for the configuration, the inner rank
 *
 * Which lock comes before which.
 */
typedef enum
{
  AIMX_LOCK_MAILBOX = 1,
  AIMX_LOCK_CONFIG = 2,
} AimxLockRank;

/**
 * AimxLockManager:
 *
 * Has the locks, and serves who waits for one in order.
 */
#define AIMX_TYPE_LOCK_MANAGER (aimx_lock_manager_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxLockManager, aimx_lock_manager, AIMX, LOCK_MANAGER, GObject)

/**
 * AimxLockGuard:
 *
 * The proof that locks are held; they are released with its last reference.
 */
#define AIMX_TYPE_LOCK_GUARD (aimx_lock_guard_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxLockGuard, aimx_lock_guard, AIMX, LOCK_GUARD, GObject)

/**
 * aimx_lock_manager_new:
 *
 * Returns: (transfer full): a manager without locks
 */
AIMX_API AimxLockManager *aimx_lock_manager_new (void);

/**
 * aimx_lock_manager_acquire:
 * @self: the lock manager
 * @held: (nullable): the guard that the caller holds already, of a lower rank
 * @rank: what kind of lock
 * @names: (nullable) (array zero-terminated=1): canonical FQDNs in any order, repetitions allowed; %NULL for the config
 * @cancellable: (nullable): ends the wait
 * @error: return location
 *
 * Waits until all of @names are held. May block: pool threads only, never a thread that runs a loop. Guards that this
 * thread took and has not released count as held even when @held does not name them.
 *
 * What is taken so belongs to the thread, for as long as the handler, work or listener runs that took it: should that
 * return without a release, the server releases it, with a warning that names the module. A lock that is to go from one
 * thread to another is taken with aimx_lock_manager_acquire_async(). One that is held for seconds while others wait is
 * told about, too.
 *
 * Returns: (transfer full) (nullable): a guard; dropping its last reference releases. %AIMX_ERROR_ORDER when asked out
 * of rank, %G_IO_ERROR_CANCELLED
 */
AIMX_API AimxLockGuard *aimx_lock_manager_acquire (AimxLockManager *self,
                                                   AimxLockGuard *held,
                                                   AimxLockRank rank,
                                                   const char *const *names,
                                                   GCancellable *cancellable,
                                                   GError **error);

/**
 * aimx_lock_manager_acquire_async:
 * @self: the lock manager
 * @held: (nullable): the guard that the caller holds already, of a lower rank
 * @rank: what kind of lock
 * @names: (nullable) (array zero-terminated=1): as above
 * @cancellable: (nullable): ends the wait
 * @callback: called in the thread-default context of the caller
 * @user_data: for @callback
 *
 * The form for threads that run a loop, and for a lock that is to be held from one thread to another: its guard belongs
 * to nobody but who has it. A guard granted to a call that was cancelled meanwhile is released.
 */
AIMX_API void aimx_lock_manager_acquire_async (AimxLockManager *self,
                                               AimxLockGuard *held,
                                               AimxLockRank rank,
                                               const char *const *names,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);

/**
 * aimx_lock_manager_acquire_finish:
 * @self: the lock manager
 * @result: what the callback got
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the guard, as aimx_lock_manager_acquire()
 */
AIMX_API AimxLockGuard *aimx_lock_manager_acquire_finish (AimxLockManager *self, GAsyncResult *result, GError **error);

/**
 * AimxLockCounters:
 * @acquired: sets granted since the start
 * @contended: of these, how many had to wait
 * @refused: asked out of rank
 * @waiting: waiting now
 * @held: names held now
 * @wait_usec_total: microseconds spent waiting, all together
 * @wait_usec_max: the longest wait in microseconds
 *
 * What the locks have seen.
 */
typedef struct
{
  guint64 acquired;
  guint64 contended;
  guint64 refused;
  guint64 waiting;
  guint64 held;
  guint64 wait_usec_total;
  guint64 wait_usec_max;
  gpointer reserved[4];
} AimxLockCounters;

/**
 * aimx_lock_manager_get_counters:
 * @self: the lock manager
 * @counters: (out caller-allocates): where to
 *
 * Fills @counters with one consistent reading; any thread.
 */
AIMX_API void aimx_lock_manager_get_counters (AimxLockManager *self, AimxLockCounters *counters);

/**
 * aimx_lock_guard_covers:
 * @self: a guard
 * @rank: kind of lock
 * @name: (nullable): canonical FQDN, %NULL for the config
 *
 * Whether @self still holds that lock; the guards that it was taken on top of count too.
 */
AIMX_API gboolean aimx_lock_guard_covers (AimxLockGuard *self, AimxLockRank rank, const char *name);

/**
 * aimx_lock_guard_get_names:
 * @self: a guard
 *
 * Returns: (transfer none) (array zero-terminated=1): the names held, sorted
 */
AIMX_API const char *const *aimx_lock_guard_get_names (AimxLockGuard *self);

/**
 * aimx_lock_guard_release:
 * @self: a guard
 *
 * Releases now instead of at the last unref; a second call does nothing; any thread.
 */
AIMX_API void aimx_lock_guard_release (AimxLockGuard *self);

G_END_DECLS
