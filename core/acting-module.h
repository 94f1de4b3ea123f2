/* SPDX-License-Identifier: MIT */
/*
 * Whose code runs on a thread. What goes wrong there, in a library too, is said with its name; what it leaves behind is
 * known as its own. It belongs to the thread, as errno does.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** AIMX_CORE_MODULE: by which name the server itself goes; no module has it */
#define AIMX_CORE_MODULE "core"

/** aimx_acting_module_get: Returns: (transfer none) (nullable): name of the module that acts on this thread, a string
 * that lives for ever; %NULL for the server itself */
const char *aimx_acting_module_get (void);
/** aimx_acting_module_name: Returns: (transfer none): by which name @module goes, for people; %NULL is the server
 * itself */
static inline const char *
aimx_acting_module_name (const char *module)
{
  return module != NULL ? module : AIMX_CORE_MODULE;
}
/**
 * aimx_acting_module_set:
 * @name: (nullable): who acts from now on, a string that lives for ever
 *
 * Returns: (transfer none) (nullable): who acted before, to be set again when @name has returned
 */
const char *aimx_acting_module_set (const char *name);
/**
 * aimx_acting_module_add_code:
 * @name: a plugin, a string that lives for ever
 * @address: something in its file, which stays in the process
 *
 * From now on it is known what of the code in this process is the plugin's. Main thread.
 */
void aimx_acting_module_add_code (const char *name, gconstpointer address);
/**
 * aimx_acting_module_find:
 * @address: of the function that is to be called, or that calls
 *
 * A plugin's code is its own on whichever thread it runs: one that it made, or one that GLib called it back on, knows
 * of no module. Any thread, never blocks.
 *
 * Returns: (transfer none) (nullable): the plugin whose code that is; for other code the module that acts
 */
const char *aimx_acting_module_find (gconstpointer address);

G_END_DECLS
