/* SPDX-License-Identifier: MIT */
/*
 * One recipient's copy on its way: what it says, and how it is built where readers do not see it.
 */
#pragma once

#include "mail/mail-store-room.h"

G_BEGIN_DECLS

/**
 * AimxCopy:
 * @message: the message as parsed
 * @raw: its bytes
 * @envelope: how it came
 * @recipient: the envelope recipient
 * @verdict: results to show
 * @mailbox: FQDN of the mailbox
 * @keep_raw: whether the original goes beside it
 * @stem: its name; also its `id`
 * @thread_id: its conversation
 * @retry_key: (nullable): how a retry of it is known
 *
 * What a copy says. Everything is borrowed.
 */
typedef struct
{
  AimxMessage *message;
  GBytes *raw;
  const AimxEnvelope *envelope;
  const char *recipient;
  const AimxVerdict *verdict;
  const char *mailbox;
  gboolean keep_raw;
  const char *stem;
  const char *thread_id;
  const char *retry_key;
} AimxCopy;

/**
 * AimxStoredAttachment:
 * @name: file name in the bundle
 * @content_type: as declared, or `application/octet-stream`
 * @size: bytes on disk
 */
typedef struct
{
  char *name;
  char *content_type;
  guint64 size;
} AimxStoredAttachment;

/** aimx_copy_get_sender: Returns: (transfer none): the envelope sender, or what Return-Path says; never %NULL */
const char *aimx_copy_get_sender (const AimxEnvelope *envelope, AimxMessage *message);
/** aimx_copy_format: Returns: (transfer full): the `.md` file of the copy; @attachments: (element-type
 * AimxStoredAttachment) */
GString *aimx_copy_format (const AimxCopy *self, GPtrArray *attachments);

typedef struct _AimxBuiltCopy AimxBuiltCopy;

/** aimx_built_copy_new: Returns: (transfer full) (nullable): the copy, complete, durable and its owner's, in the spool.
 * Freeing it without publishing removes it */
AimxBuiltCopy *aimx_built_copy_new (AimxMailStore *store, const AimxCopy *copy, const AimxOwner *owner, GError **error);
/** aimx_built_copy_publish: moves it into @inbox under its stem; %AIMX_ERROR_CONFLICT when the name is taken */
gboolean aimx_built_copy_publish (AimxBuiltCopy *self, AimxDirectory *inbox, GError **error);
/** aimx_built_copy_withdraw: takes it out of @inbox again */
void aimx_built_copy_withdraw (AimxBuiltCopy *self, AimxDirectory *inbox);
/** aimx_built_copy_free: frees it */
void aimx_built_copy_free (AimxBuiltCopy *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxBuiltCopy, aimx_built_copy_free)

G_END_DECLS
