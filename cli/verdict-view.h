/* SPDX-License-Identifier: MIT */
/*
 * What the verb `VERIFY` answers, for people: each result with the reason for it, in lines that fit a terminal.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * cli_verdict_format:
 * @verdict: the answer
 * @rich: whether there are colours
 * @width: columns of the terminal, 0 for no limit
 *
 * Returns: (transfer full): text
 */
char *cli_verdict_format (JsonObject *verdict, gboolean rich, guint width);

G_END_DECLS
