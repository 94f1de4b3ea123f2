/* SPDX-License-Identifier: MIT */
/*
 * A module as the server sees it: found, opened, loaded, started, stopped, unloaded, or refused on the way.
 */
#pragma once

#include "module-file.h"

#include <aimx/module.h>

G_BEGIN_DECLS

/**
 * AimxModuleState:
 * @AIMX_MODULE_FOUND: there is a file; nothing is decided
 * @AIMX_MODULE_LOADING: its load function runs: the only time at which it may register anything
 * @AIMX_MODULE_LOADED: it is part of the server
 * @AIMX_MODULE_REFUSED: it could not be loaded; the reason says why
 * @AIMX_MODULE_DISABLED: it was left out on purpose
 */
typedef enum
{
  AIMX_MODULE_FOUND,
  AIMX_MODULE_LOADING,
  AIMX_MODULE_LOADED,
  AIMX_MODULE_REFUSED,
  AIMX_MODULE_DISABLED,
} AimxModuleState;

/** aimx_module_state_to_string: Returns: (transfer none): as MODULE-LIST shows it */
const char *aimx_module_state_to_string (AimxModuleState state);

/** AimxModuleStoppedFunc: a module has finished what its stop began; on any thread */
typedef void (*AimxModuleStoppedFunc) (AimxModule *module, gpointer user_data);

/**
 * AimxModuleOrigin:
 * @AIMX_MODULE_OURS: part of the server: when it cannot start, nor can a daemon
 * @AIMX_MODULE_PLUGIN: somebody else's: a daemon starts without it
 */
typedef enum
{
  AIMX_MODULE_OURS,
  AIMX_MODULE_PLUGIN,
} AimxModuleOrigin;

/** aimx_module_new: Returns: (transfer full): a module found in @file */
AimxModule *aimx_module_new (const char *name, const char *file, AimxModuleOrigin origin);
/** aimx_module_get_origin: Returns: whose it is */
AimxModuleOrigin aimx_module_get_origin (AimxModule *self);
/** aimx_module_get_file: Returns: (transfer none): absolute path */
const char *aimx_module_get_file (AimxModule *self);
/** aimx_module_get_state: Returns: what became of it */
AimxModuleState aimx_module_get_state (AimxModule *self);
/** aimx_module_get_reason: Returns: (transfer none) (nullable): why it was refused or left out, or what is wrong */
const char *aimx_module_get_reason (AimxModule *self);
/** aimx_module_get_descriptor: Returns: (transfer none) (nullable): its descriptor once it was opened */
const AimxModuleDescriptor *aimx_module_get_descriptor (AimxModule *self);
/** aimx_module_is_listener: Returns: whether it only opens doors to a daemon */
gboolean aimx_module_is_listener (AimxModule *self);

/** aimx_module_report: it is part of the server, but something is wrong: the reason says what, after what it said
 * before; told to the log */
void aimx_module_report (AimxModule *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** aimx_module_note_fault: what it registers is not all there: while it loads kept, and reported when it is loaded all
 * the same; else told to the log */
void aimx_module_note_fault (AimxModule *self, const char *fault);
/** aimx_module_refuse: it cannot be part of the server; told to the log */
void aimx_module_refuse (AimxModule *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** aimx_module_disable: it is left out on purpose */
void aimx_module_disable (AimxModule *self, const char *reason);

/** aimx_module_open_file: opens and checks the file; refuses the module when that fails */
void aimx_module_open_file (AimxModule *self, AimxModuleFileFlags flags);
/** aimx_module_load: runs its load function; refuses the module when that fails, and keeps its data for a while */
void aimx_module_load (AimxModule *self, AimxServer *server);
/** aimx_module_start: runs its start function, if it has one */
gboolean aimx_module_start (AimxModule *self, AimxServer *server, GError **error);
/** aimx_module_let_in: runs its open function, if it has one */
gboolean aimx_module_let_in (AimxModule *self, AimxServer *server, GError **error);
/** aimx_module_stop: runs its stop function; @func is called once when it has finished, maybe before this returns. One
 * that was not started has finished already */
void aimx_module_stop (AimxModule *self, AimxServer *server, AimxModuleStoppedFunc func, gpointer user_data);
/** aimx_module_has_stopped: Returns: whether what its stop began has finished; any thread */
gboolean aimx_module_has_stopped (AimxModule *self);
/** aimx_module_unload: runs its unload function; the file stays in the process */
void aimx_module_unload (AimxModule *self, AimxServer *server);

G_END_DECLS
