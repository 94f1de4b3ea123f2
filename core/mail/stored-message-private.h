/* SPDX-License-Identifier: MIT */
/* How the mail store reads messages, and tells that files change. */
#pragma once

#include <aimx/error.h>
#include <aimx/stored-message.h>

#include <sys/stat.h>

G_BEGIN_DECLS

/** aimx_stamp_of: Returns: what changes whenever the file or directory does; neither 0 nor %AIMX_STAMP_UNSETTLED */
guint64 aimx_stamp_of (const struct stat *info);
/**
 * aimx_stored_message_read:
 * @fd: a regular file
 * @info: what fstat(2) says of it
 * @shown: its path for messages
 * @body_max: bytes of the body to read
 * @error: return location
 *
 * What has no frontmatter is all body. The position of @fd stays. May block.
 *
 * Returns: (transfer full) (nullable): the message; %AIMX_ERROR_IO
 */
AimxStoredMessage *
aimx_stored_message_read (int fd, const struct stat *info, const char *shown, gsize body_max, GError **error);

G_END_DECLS
