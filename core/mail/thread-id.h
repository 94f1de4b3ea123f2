/* SPDX-License-Identifier: MIT */
/*
 * The id that a whole conversation shares: 16 hex digits over the Message-ID of its first message. Pure functions.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** aimx_message_id_first: Returns: (transfer full) (nullable): the first id of a header field as the frontmatter has
 * it, without angle brackets */
char *aimx_message_id_first (const char *ids);
/**
 * aimx_thread_id_new:
 * @references: (nullable): ids of References
 * @in_reply_to: (nullable): ids of In-Reply-To
 * @message_id: (nullable): the own id
 * @stem: what to take without any id
 *
 * Returns: (transfer full): the id of the thread
 */
char *aimx_thread_id_new (const char *references, const char *in_reply_to, const char *message_id, const char *stem);

G_END_DECLS
