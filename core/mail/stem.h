/* SPDX-License-Identifier: MIT */
/*
 * How messages are called on disk: `YYYY-MM-DD-HHMMSS-<slug>`, UTC time of arrival and what is left of the subject when
 * only letters, marks and digits count. Pure functions, independent of the locale.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** AIMX_SLUG_MAX: characters in a slug at most */
#define AIMX_SLUG_MAX 20

/** aimx_slug_new: Returns: (transfer full): the slug of the decoded @subject, `no-subject` for %NULL or nothing left */
char *aimx_slug_new (const char *subject);
/** aimx_stem_new: Returns: (transfer full): the stem of a message that came @received_at (microseconds since the
 * epoch), before anything is appended to make it unique */
char *aimx_stem_new (gint64 received_at, const char *subject);
/** aimx_stem_is_acceptable: Returns: whether @id, as somebody sent it, may be looked for in a mailbox */
gboolean aimx_stem_is_acceptable (const char *id);
/**
 * aimx_stem_get_time:
 * @stem: a stem
 * @seconds: (out): its time, seconds since the epoch
 *
 * Returns: %FALSE when @stem does not begin with a date and a time
 */
gboolean aimx_stem_get_time (const char *stem, gint64 *seconds);

G_END_DECLS
