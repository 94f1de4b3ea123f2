/* SPDX-License-Identifier: MIT */
/*
 * What the server writes into a request between the door and the handler, and what it asks of an answer.
 */
#pragma once

#include <aimx/request.h>
#include <aimx/verb.h>

G_BEGIN_DECLS

/** aimx_request_get_sent_headers: Returns: (transfer none) (array zero-terminated=1): name and value in turn, as they
 * came */
const char *const *aimx_request_get_sent_headers (AimxRequest *self);
/** aimx_request_take_value: (transfer full) @value: the checked value of the header @name of the descriptor, static */
void aimx_request_take_value (AimxRequest *self, const char *name, char *value);
/** aimx_request_set_body: replaces the body */
void aimx_request_set_body (AimxRequest *self, GBytes *body);
/** aimx_request_set_server: who runs it; the request keeps no reference */
void aimx_request_set_server (AimxRequest *self, AimxServer *server);
/** aimx_request_set_config: the snapshot by which it is decided, and @mailbox (nullable) in it */
void aimx_request_set_config (AimxRequest *self, AimxConfig *config, const AimxMailbox *mailbox);

/**
 * aimx_request_read_time:
 * @value: of a header
 * @last: of a date that is all of a day, its last second instead of its first; UTC
 * @seconds: (out): since the epoch
 *
 * Returns: whether it is RFC 3339 or a date
 */
gboolean aimx_request_read_time (const char *value, gboolean last, gint64 *seconds);

/** aimx_response_has_shape: Returns: whether it is an error, or a success of the shape @shape */
gboolean aimx_response_has_shape (AimxResponse *self, AimxResultShape shape);
/** aimx_response_find_fault: Returns: (nullable): why it cannot be told to a client that waits for @shape, a static
 * text; %NULL when it can */
const char *aimx_response_find_fault (AimxResponse *self, AimxResultShape shape);

G_END_DECLS
