/* SPDX-License-Identifier: MIT */
/*
 * A module's file: whether it may be loaded, and what it says of itself.
 */
#pragma once

#include <aimx/module.h>

G_BEGIN_DECLS

/**
 * AimxModuleFileFlags:
 * @AIMX_MODULE_FILE_TRUSTED_ONLY: for a process that is root: the file and every directory above it must be root's and
 * writable by nobody else
 */
typedef enum
{
  AIMX_MODULE_FILE_DEFAULT = 0,
  AIMX_MODULE_FILE_TRUSTED_ONLY = 1 << 0,
} AimxModuleFileFlags;

/** aimx_module_name_is_valid: Returns: whether @name is `[a-z][a-z0-9-]*` */
gboolean aimx_module_name_is_valid (const char *name);
/**
 * aimx_module_file_open:
 * @file: absolute path
 * @name: what the module must be called
 * @flags: see #AimxModuleFileFlags
 * @error: %AIMX_ERROR_MODULE, which says why it is refused
 *
 * Brings the file into the process, where it stays, and checks its descriptor. What was checked is what is loaded, even
 * when the path changes meanwhile. Main thread.
 *
 * Returns: (transfer none) (nullable): the descriptor, of an ABI that this server knows
 */
const AimxModuleDescriptor *
aimx_module_file_open (const char *file, const char *name, AimxModuleFileFlags flags, GError **error);

G_END_DECLS
