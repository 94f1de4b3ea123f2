/* SPDX-License-Identifier: MIT */
/*
 * The text of a request, for clients. That of answers is in <aimx/frame.h>.
 */
#pragma once

#include <aimx/frame.h>

G_BEGIN_DECLS

/**
 * aimx_frame_new_request_head:
 * @verb: verb name
 * @headers: (nullable) (array zero-terminated=1): name and value in turn, without Content-Length
 * @body: (nullable): the body that will follow
 * @fault: (out) (transfer full): with %NULL, which of them cannot be framed and why
 *
 * Returns: (transfer full) (nullable): all that precedes the body
 */
char *aimx_frame_new_request_head (const char *verb, const char *const *headers, GBytes *body, char **fault);

G_END_DECLS
