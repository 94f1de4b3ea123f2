/* SPDX-License-Identifier: MIT */
/*
 * Entries that move from a directory into one below it, once, when a layout changes. Nothing is ever replaced or
 * copied, and what has moved already is passed over, so that a move that was interrupted can be done again.
 */
#pragma once

#include "io/directory.h"

G_BEGIN_DECLS

/**
 * AimxRelocation:
 * @from: where the entries were
 * @into: name of the directory in @from where they go
 * @mode: of @into when it is made
 * @names: (array zero-terminated=1): the entries
 * @type: what each has to be, `S_IFDIR` or `S_IFREG`
 */
typedef struct
{
  AimxDirectory *from;
  const char *into;
  mode_t mode;
  const char *const *names;
  mode_t type;
} AimxRelocation;

/** aimx_relocation_find_pending: @pending: (out): whether an entry is still where it was */
gboolean aimx_relocation_find_pending (const AimxRelocation *self, gboolean *pending, GError **error);
/**
 * aimx_relocation_check:
 * @self: what is to move
 * @error: return location
 *
 * Looks for what would stop a move, and changes nothing: %AIMX_ERROR_CONFLICT names both places when both are taken,
 * when they are on different file systems, or an entry is not what it has to be.
 */
gboolean aimx_relocation_check (const AimxRelocation *self, GError **error);
/**
 * aimx_relocation_run:
 * @self: what is to move
 * @moves: (element-type utf8): gets a line for each move
 * @error: return location
 *
 * Moves what is still where it was; durable when it returns %TRUE.
 */
gboolean aimx_relocation_run (const AimxRelocation *self, GPtrArray *moves, GError **error);

G_END_DECLS
