/* SPDX-License-Identifier: MIT */
/*
 * Messages without a Message-ID that were stored for some of their recipients and failed for others.
 *
 * Their sender is told to try again, and nothing in them says that it is a retry; so they are known by the digest of
 * all bytes that they sent, in memory only, and only for as long as some recipient has failed. Without such a failure
 * the same bytes are a new message and are kept. The recipients of a message are delivered to in the order in which it
 * names them. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** AIMX_PARTIAL_MAX: recipients remembered at most, all messages together; the oldest message is forgotten first */
#define AIMX_PARTIAL_MAX 100000

typedef struct _AimxPartialMemory AimxPartialMemory;

/** aimx_partial_memory_new: Returns: (transfer full): an empty memory */
AimxPartialMemory *aimx_partial_memory_new (void);
/** aimx_partial_memory_free: frees it */
void aimx_partial_memory_free (AimxPartialMemory *self);
/**
 * aimx_partial_memory_find:
 * @self: the memory
 * @digest: digest of all bytes of a message, our trace field left out
 * @recipients: all its envelope recipients, as they came
 * @recipient: the one whose copy is asked for, in lower case
 * @now: seconds since the epoch
 * @mailbox: (out) (transfer full): where the copy is, when there is one
 * @stem: (out) (transfer full): under which name
 *
 * Forgets as aimx_partial_memory_add_stored() does.
 *
 * Returns: whether @recipient has its copy from a delivery that failed for another recipient
 */
gboolean aimx_partial_memory_find (AimxPartialMemory *self,
                                   const char *digest,
                                   const char *const *recipients,
                                   const char *recipient,
                                   gint64 now,
                                   char **mailbox,
                                   char **stem);
/**
 * aimx_partial_memory_add_stored:
 * @self: the memory
 * @digest: digest of all bytes of a message, our trace field left out
 * @recipients: all its envelope recipients, as they came
 * @recipient: the one whose copy was stored, in lower case
 * @now: seconds since the epoch
 * @mailbox: where
 * @stem: under which name
 *
 * When all of @recipients have their copies and this was the last of them, their sender hears that: they are forgotten.
 */
void aimx_partial_memory_add_stored (AimxPartialMemory *self,
                                     const char *digest,
                                     const char *const *recipients,
                                     const char *recipient,
                                     gint64 now,
                                     const char *mailbox,
                                     const char *stem);
/** aimx_partial_memory_add_failed: a recipient of the message got no copy */
void aimx_partial_memory_add_failed (AimxPartialMemory *self, const char *digest, gint64 now);
/** aimx_partial_memory_is_empty: Returns: whether nothing is remembered, so that no digest is needed to find that out
 */
gboolean aimx_partial_memory_is_empty (AimxPartialMemory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxPartialMemory, aimx_partial_memory_free)

G_END_DECLS
