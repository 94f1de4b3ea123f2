/* SPDX-License-Identifier: MIT */
/*
 * The bytes of one message while it arrives: in memory up to 64 KiB, up to 1 MiB while all messages together leave room
 * for it, beyond that in a nameless file of the mail store's spool directory, which is gone when the daemon is. One
 * thread at a time.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AIMX_SPOOL_MEMORY_MIN:
 *
 * Bytes of a message that are kept in memory however many messages there are.
 */
#define AIMX_SPOOL_MEMORY_MIN (64 * 1024)

/**
 * AIMX_SPOOL_MEMORY_MAX:
 *
 * Bytes of a message that are kept in memory at most.
 */
#define AIMX_SPOOL_MEMORY_MAX (1024 * 1024)

/**
 * AimxSpool:
 *
 * The bytes of one message while it arrives.
 */
#define AIMX_TYPE_SPOOL (aimx_spool_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxSpool, aimx_spool, AIMX, SPOOL, GObject)

/**
 * aimx_spool_reserve_memory:
 * @self: a spool
 * @length: bytes to append
 *
 * Returns: whether appending up to @length bytes will only copy memory, so that a thread that runs a loop may do it
 */
AIMX_API gboolean aimx_spool_reserve_memory (AimxSpool *self, gsize length);

/**
 * aimx_spool_append:
 * @self: a spool
 * @data: (array length=length) (element-type guint8): bytes
 * @length: how many
 * @error: return location
 *
 * Appends bytes; blocks unless aimx_spool_reserve_memory() said otherwise. %AIMX_ERROR_NO_SPACE, %AIMX_ERROR_IO.
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
AIMX_API gboolean aimx_spool_append (AimxSpool *self, const void *data, gsize length, GError **error);

/**
 * aimx_spool_get_size:
 * @self: a spool
 *
 * Returns: bytes so far
 */
AIMX_API gsize aimx_spool_get_size (AimxSpool *self);

/**
 * aimx_spool_seal:
 * @self: a spool
 * @error: return location
 *
 * Ends the writing. Bytes of a file are mapped, not read.
 *
 * Returns: (transfer full) (nullable): the whole message; it outlives the spool
 */
AIMX_API GBytes *aimx_spool_seal (AimxSpool *self, GError **error);

G_END_DECLS
