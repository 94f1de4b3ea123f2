/* SPDX-License-Identifier: MIT */
/*
 * A module is a `.so` with one exported symbol, `aimx_module`, of type #AimxModuleDescriptor.
 */
#pragma once

#include <aimx/config.h>
#include <aimx/settings.h>

G_BEGIN_DECLS

/**
 * AimxServer:
 *
 * The server, which owns everything else.
 */
typedef struct _AimxServer AimxServer;

/**
 * AimxModule:
 *
 * A module as the server sees it.
 */
#define AIMX_TYPE_MODULE (aimx_module_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxModule, aimx_module, AIMX, MODULE, GObject)

/**
 * AimxModuleFlags:
 * @AIMX_MODULE_NONE: nothing is special about it
 * @AIMX_MODULE_LISTENER: only opens doors to a daemon; left out of an in-process server
 *
 * What is special about a module.
 */
typedef enum
{
  AIMX_MODULE_NONE = 0,
  AIMX_MODULE_LISTENER = 1 << 0,
} AimxModuleFlags;
AIMX_DECLARE_FLAGS (AimxModuleFlags)

/**
 * AimxModuleDescriptor:
 * @abi_version: %AIMX_ABI_VERSION; first, so that every server can read it
 * @name: `[a-z][a-z0-9-]*` but not `core`, the file is `<name>.so`
 * @version: of the module
 * @summary: one line for people
 * @requirements: (nullable) (array zero-terminated=1): names of modules that are loaded before
 * @flags: see #AimxModuleFlags
 * @load: registers verbs and services; no I/O on listeners yet; main thread. When it fails the server takes verbs,
 * services and listeners to events back, and everything else is for the module to undo
 * @start: (nullable): gets hold of what may fail (reads certificates, binds addresses) without letting anybody in; main
 * thread. A plugin that fails is unloaded and refused; a module of the server ends a daemon's start
 * @open: (nullable): every module has started: lets clients in; main thread. A plugin that fails goes on as it is, a
 * module of the server ends a daemon's start
 * @stop: (nullable): closes listeners, lets what is in progress finish and then calls aimx_module_stopped(), at once or
 * later; main thread. Listeners come first and get 35 seconds, the others when those have finished, and get 5
 * @unload: (nullable): drops everything; nothing of the module runs afterwards; main thread
 * @settings: (nullable): what its operator may set, in `[plugin.<name>]`; ends with a %NULL name
 *
 * In a command's own process a module is loaded and unloaded; start, open and stop are a daemon's.
 *
 * A daemon blocks SIGTERM, SIGINT and SIGHUP in all of its threads, and a child process begins with what was blocked:
 * who starts one unblocks them in it before exec.
 */
typedef struct
{
  guint32 abi_version;
  AimxModuleFlags flags;
  const char *name;
  const char *version;
  const char *summary;
  const char *const *requirements;
  gboolean (*load) (AimxModule *self, AimxServer *server, GError **error);
  gboolean (*start) (AimxModule *self, AimxServer *server, GError **error);
  gboolean (*open) (AimxModule *self, AimxServer *server, GError **error);
  void (*stop) (AimxModule *self, AimxServer *server);
  void (*unload) (AimxModule *self, AimxServer *server);
  const AimxSettingSpec *settings;
  gpointer reserved[7];
} AimxModuleDescriptor;

/**
 * AIMX_MODULE_SYMBOL:
 *
 * Name of the symbol that the server looks for.
 */
#define AIMX_MODULE_SYMBOL "aimx_module"

/**
 * AIMX_MODULE_EXPORT: (skip)
 *
 * Stands before the definition of `const AimxModuleDescriptor aimx_module`.
 */
#define AIMX_MODULE_EXPORT extern AIMX_API const AimxModuleDescriptor aimx_module;

/**
 * aimx_module_get_name:
 * @self: the module
 *
 * Returns: (transfer none): its name
 */
AIMX_API const char *aimx_module_get_name (AimxModule *self);

/**
 * aimx_module_get_setting:
 * @self: the module
 * @config: the snapshot
 * @name: name of a setting
 *
 * Returns: (transfer full): what @config says of the module's setting @name, or its fallback, in the type that the
 * module declares; any thread
 */
AIMX_API GVariant *aimx_module_get_setting (AimxModule *self, AimxConfig *config, const char *name);

/**
 * aimx_module_make_private_dir:
 * @self: the module
 * @server: the server
 * @error: %AIMX_ERROR_CONFLICT: something else is in its place; %AIMX_ERROR_IO, also in a command's own process that
 * only reads
 *
 * Makes a directory for what the module keeps, `0700`, when it is missing. May block: while the module starts, or on
 * the pool.
 *
 * Returns: (transfer full) (nullable) (type filename): the path of `<data_dir>/.plugins/<name>/`
 */
AIMX_API char *aimx_module_make_private_dir (AimxModule *self, AimxServer *server, GError **error);

/**
 * aimx_module_set_data: (skip)
 * @self: the module
 * @data: (nullable): what to keep
 * @destroy: (nullable): frees it
 *
 * Keeps @data for the module, freed with @destroy after unload; main thread.
 */
AIMX_API void aimx_module_set_data (AimxModule *self, gpointer data, GDestroyNotify destroy);

/**
 * aimx_module_get_data: (skip)
 * @self: the module
 *
 * Returns: (transfer none) (nullable): as set
 */
AIMX_API gpointer aimx_module_get_data (AimxModule *self);

/**
 * aimx_module_stopped:
 * @self: the module
 *
 * The module has finished what its stop began; any thread.
 */
AIMX_API void aimx_module_stopped (AimxModule *self);

G_END_DECLS
