/* SPDX-License-Identifier: MIT */
/*
 * Who asks: identity from the kernel or the bus daemon, never from the request.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxCaller:
 *
 * Who asks; an immutable, reference-counted value.
 */
#define AIMX_TYPE_CALLER (aimx_caller_get_type ())
typedef struct _AimxCaller AimxCaller;
AIMX_API GType aimx_caller_get_type (void);

/**
 * aimx_caller_new:
 * @uid: effective user id
 * @gid: effective group id, (guint) -1 when unknown
 * @pid: process id, 0 when unknown
 *
 * Returns: (transfer full): an immutable caller
 */
AIMX_API AimxCaller *aimx_caller_new (guint uid, guint gid, gint pid);

/**
 * aimx_caller_ref:
 * @self: a caller
 *
 * Returns: (transfer full): @self; any thread
 */
AIMX_API AimxCaller *aimx_caller_ref (AimxCaller *self);

/**
 * aimx_caller_unref:
 * @self: a caller
 *
 * Drops a reference; any thread.
 */
AIMX_API void aimx_caller_unref (AimxCaller *self);

/**
 * aimx_caller_get_uid:
 * @self: a caller
 *
 * Returns: the user id
 */
AIMX_API guint aimx_caller_get_uid (const AimxCaller *self);

/**
 * aimx_caller_get_gid:
 * @self: a caller
 *
 * Returns: the group id, (guint) -1 when unknown
 */
AIMX_API guint aimx_caller_get_gid (const AimxCaller *self);

/**
 * aimx_caller_get_pid:
 * @self: a caller
 *
 * Returns: the process id, 0 when unknown
 */
AIMX_API gint aimx_caller_get_pid (const AimxCaller *self);

/**
 * aimx_caller_is_root:
 * @self: a caller
 *
 * Returns: whether the caller is uid 0
 */
AIMX_API gboolean aimx_caller_is_root (const AimxCaller *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxCaller, aimx_caller_unref)

G_END_DECLS
