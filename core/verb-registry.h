/* SPDX-License-Identifier: MIT */
/*
 * Which verbs there are. Filled on the main thread while modules load, only read afterwards, by any thread and without
 * a lock.
 */
#pragma once

#include <aimx/verb.h>

G_BEGIN_DECLS

/** AIMX_VERB_NAME_MAX: characters in the name of a verb */
#define AIMX_VERB_NAME_MAX 64

typedef struct _AimxVerbRegistry AimxVerbRegistry;

/**
 * AimxVerb:
 * @spec: the descriptor, which belongs to the module
 * @module: name of the module that offers it
 * @user_data: for the handler
 * @command: (nullable): name of the command that it is; %NULL also when the descriptor's is taken
 */
typedef struct
{
  const AimxVerbSpec *spec;
  const char *module;
  gpointer user_data;
  const char *command;
} AimxVerb;

/** AimxIsCommandFunc: whether @name is a command that is no verb's */
typedef gboolean (*AimxIsCommandFunc) (const char *name);

/** aimx_verb_registry_new: Returns: (transfer full): an empty registry */
AimxVerbRegistry *aimx_verb_registry_new (void);
/** aimx_verb_registry_set_commands: from now on no verb becomes a command that @is_command knows */
void aimx_verb_registry_set_commands (AimxVerbRegistry *self, AimxIsCommandFunc is_command);
/** aimx_verb_registry_free: frees it */
void aimx_verb_registry_free (AimxVerbRegistry *self);
/**
 * aimx_verb_registry_add:
 * @self: the registry
 * @module: name of the module, which outlives the registry
 * @spec: descriptor, which outlives the registry
 * @user_data: for the handler
 * @error: %AIMX_ERROR_MODULE, which says what is wrong with the descriptor, or who has the name already
 *
 * When only the name of its command is taken, the verb is there without one.
 *
 * Returns: whether the verb is there now
 */
gboolean aimx_verb_registry_add (AimxVerbRegistry *self,
                                 const char *module,
                                 const AimxVerbSpec *spec,
                                 gpointer user_data,
                                 GError **error);
/** aimx_verb_registry_remove_module: takes the verbs of @module out again */
void aimx_verb_registry_remove_module (AimxVerbRegistry *self, const char *module);
/** aimx_verb_registry_lookup: Returns: (transfer none) (nullable): the verb with exactly that name */
const AimxVerb *aimx_verb_registry_lookup (AimxVerbRegistry *self, const char *name);
/** aimx_verb_registry_find_command: Returns: (transfer none) (nullable): the verb that is the command @name */
const AimxVerb *aimx_verb_registry_find_command (AimxVerbRegistry *self, const char *name);
/** aimx_verb_registry_list: Returns: (transfer container) (element-type AimxVerb): all, sorted by name */
GPtrArray *aimx_verb_registry_list (AimxVerbRegistry *self);

/** aimx_verb_find_mailbox_header: Returns: (transfer none) (nullable): the required header that names the mailbox */
const AimxHeaderSpec *aimx_verb_find_mailbox_header (const AimxVerbSpec *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxVerbRegistry, aimx_verb_registry_free)

G_END_DECLS
