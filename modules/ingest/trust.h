/* SPDX-License-Identifier: MIT */
/*
 * Whether a mailbox trusts the sender of a message. A pure function.
 */
#pragma once

#include <aimx/authentication.h>
#include <aimx/config.h>
#include <aimx/message.h>

G_BEGIN_DECLS

/**
 * trust_decide:
 * @mailbox: whose policy counts
 * @message: the message
 * @authentication: (nullable): what is known about its sender
 * @sender: (out) (transfer full) (nullable): the address in From, in lower case; %NULL when there is not exactly one
 *
 * Returns: (transfer none): `none`, `true` or `false`, as the frontmatter shows it
 */
const char *
trust_decide (const AimxMailbox *mailbox, AimxMessage *message, AimxAuthentication *authentication, char **sender);

G_END_DECLS
