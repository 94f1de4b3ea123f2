/* SPDX-License-Identifier: MIT */
/*
 * Names for the attachments of one message. Strangers choose the names that they declare; those given here are safe as
 * file names, readable, and unlike one another also where case is not told apart.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** AIMX_ATTACHMENT_NAME_MAX: bytes in a name at most */
#define AIMX_ATTACHMENT_NAME_MAX 200

typedef struct _AimxAttachmentNames AimxAttachmentNames;

/** aimx_attachment_names_new: Returns: (transfer full): the names of the bundle of @stem, whose own files are taken */
AimxAttachmentNames *aimx_attachment_names_new (const char *stem);
/** aimx_attachment_names_free: frees them */
void aimx_attachment_names_free (AimxAttachmentNames *self);
/**
 * aimx_attachment_names_add:
 * @self: the names given so far
 * @declared: (nullable): what the sender says
 * @index: which attachment, from 0
 *
 * Returns: (transfer full): a safe name that was not given before
 */
char *aimx_attachment_names_add (AimxAttachmentNames *self, const char *declared, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxAttachmentNames, aimx_attachment_names_free)

G_END_DECLS
