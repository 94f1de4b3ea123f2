/* SPDX-License-Identifier: MIT */
/*
 * A message as it was read from its file, which belongs to its owner: any key may be missing, or be something else.
 * Immutable; any thread.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxStoredMessage:
 *
 * A message as it was read; an immutable, reference-counted value.
 */
#define AIMX_TYPE_STORED_MESSAGE (aimx_stored_message_get_type ())
typedef struct _AimxStoredMessage AimxStoredMessage;
AIMX_API GType aimx_stored_message_get_type (void);

/**
 * aimx_stored_message_ref:
 * @self: a message
 *
 * Returns: (transfer full): @self
 */
AIMX_API AimxStoredMessage *aimx_stored_message_ref (AimxStoredMessage *self);

/**
 * aimx_stored_message_unref:
 * @self: a message
 *
 * Drops a reference.
 */
AIMX_API void aimx_stored_message_unref (AimxStoredMessage *self);

/**
 * aimx_stored_message_get_stamp:
 * @self: a message
 *
 * Returns: another one than before when the file has changed; as listed
 */
AIMX_API guint64 aimx_stored_message_get_stamp (AimxStoredMessage *self);

/**
 * aimx_stored_message_get_string:
 * @self: a message
 * @key: key of the frontmatter
 *
 * Returns: (transfer full) (nullable): the string @key, %NULL when it is missing or no string
 */
AIMX_API char *aimx_stored_message_get_string (AimxStoredMessage *self, const char *key);

/**
 * aimx_stored_message_get_boolean:
 * @self: a message
 * @key: key of the frontmatter
 * @fallback: what it is when it is missing or no boolean
 *
 * Returns: the boolean @key, or @fallback
 */
AIMX_API gboolean aimx_stored_message_get_boolean (AimxStoredMessage *self, const char *key, gboolean fallback);

/**
 * aimx_stored_message_get_attachments:
 * @self: a message
 *
 * Returns: (transfer full) (array zero-terminated=1): names of its attachments, maybe none
 */
AIMX_API char **aimx_stored_message_get_attachments (AimxStoredMessage *self);

/**
 * aimx_stored_message_get_body:
 * @self: a message
 *
 * Returns: (transfer none): the text that was read of its body, UTF-8, maybe empty
 */
AIMX_API const char *aimx_stored_message_get_body (AimxStoredMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxStoredMessage, aimx_stored_message_unref)

G_END_DECLS
