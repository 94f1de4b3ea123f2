/* SPDX-License-Identifier: MIT */
/* What the verbs that take a message are given of it. */
#pragma once

#include "arguments.h"

G_BEGIN_DECLS

/** CLI_MESSAGE_MAX: bytes of a message */
#define CLI_MESSAGE_MAX (25 * 1024 * 1024)

/** cli_message_add_headers: adds to @headers which way the message took, as far as `--ip`, `--helo` and `--mail-from`
 * of
 * @invocation say it */
void cli_message_add_headers (GStrvBuilder *headers, const CliInvocation *invocation);

G_END_DECLS
