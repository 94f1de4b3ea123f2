/* SPDX-License-Identifier: MIT */
/*
 * All modules of a server: which there are, in which order they load, and why one does not.
 *
 * Main thread, but for aimx_module_loader_get_modules() once they are loaded.
 */
#pragma once

#include "module-private.h"

#include <aimx/config-store.h>

G_BEGIN_DECLS

typedef struct _AimxModuleLoader AimxModuleLoader;

/**
 * AimxModuleLoaderFlags:
 * @AIMX_MODULE_LOADER_WITHOUT_LISTENERS: leave out what only lets clients in to a daemon
 */
typedef enum
{
  AIMX_MODULE_LOADER_DEFAULT = 0,
  AIMX_MODULE_LOADER_WITHOUT_LISTENERS = 1 << 0,
} AimxModuleLoaderFlags;

/** AimxModuleWithdrawFunc: takes back whatever @module has registered, before its data is freed */
typedef void (*AimxModuleWithdrawFunc) (AimxServer *server, AimxModule *module);

/**
 * aimx_module_loader_new:
 * @search_path: (nullable) (array zero-terminated=1): directories that hold `<name>.so` or `<name>/<name>.so`; the
 * first with a name wins, and what is not in the first directory is a plugin; %NULL for the usual ones: those of the
 * build tree that the running command is in, else the installed
 *
 * Returns: (transfer full): a loader that has found nothing yet
 */
AimxModuleLoader *aimx_module_loader_new (const char *const *search_path);
/** aimx_module_loader_free: frees it; the files stay in the process */
void aimx_module_loader_free (AimxModuleLoader *self);
/**
 * aimx_module_loader_find:
 * @self: the loader
 * @store: its snapshot names the modules that are disabled, and holds their settings, which it goes on to check
 * @flags: see #AimxModuleLoaderFlags
 *
 * Opens what the search path holds and puts it in order: requirements first, modules of ours before plugins, then by
 * name. One that cannot be loaded, or has wrong settings, and whatever requires it, is refused with a reason; the
 * others go on.
 */
void aimx_module_loader_find (AimxModuleLoader *self, AimxConfigStore *store, AimxModuleLoaderFlags flags);
/** aimx_module_loader_load: runs the load functions in order; what fails is refused, and @withdraw called for it */
void aimx_module_loader_load (AimxModuleLoader *self, AimxServer *server, AimxModuleWithdrawFunc withdraw);
/**
 * aimx_module_loader_start:
 * @self: the loader
 * @server: the server
 * @withdraw: called for what is left out
 * @error: return location
 *
 * Runs the start functions in order. A plugin that fails is refused, with whatever requires it.
 *
 * Returns: %FALSE when a module of ours failed; the error names it
 */
gboolean
aimx_module_loader_start (AimxModuleLoader *self, AimxServer *server, AimxModuleWithdrawFunc withdraw, GError **error);
/** aimx_module_loader_let_in: runs the open functions in order; %FALSE when one of ours failed, which the error names.
 * A plugin that fails goes on without */
gboolean aimx_module_loader_let_in (AimxModuleLoader *self, AimxServer *server, GError **error);
/**
 * aimx_module_loader_stop:
 * @self: the loader
 * @server: the server
 * @listeners: whether those that let clients in are meant, or all others
 * @milliseconds: how long they may take
 *
 * Runs their stop functions, the last loaded first, and the default main context until they have finished or the time
 * is over. Who has not finished by then is told to the log.
 */
void aimx_module_loader_stop (AimxModuleLoader *self, AimxServer *server, gboolean listeners, guint milliseconds);
/** aimx_module_loader_unload: unloads what was loaded, the last first, and calls @withdraw for it */
void aimx_module_loader_unload (AimxModuleLoader *self, AimxServer *server, AimxModuleWithdrawFunc withdraw);
/** aimx_module_loader_get_modules: Returns: (transfer none) (element-type AimxModule): all that were found, refused
 * ones too, sorted by name */
GPtrArray *aimx_module_loader_get_modules (AimxModuleLoader *self);
/** aimx_module_loader_get_order: Returns: (transfer none) (element-type AimxModule): those that are loaded, in the
 * order of loading */
GPtrArray *aimx_module_loader_get_order (AimxModuleLoader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxModuleLoader, aimx_module_loader_free)

G_END_DECLS
