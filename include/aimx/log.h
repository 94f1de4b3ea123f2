/* SPDX-License-Identifier: MIT */
/*
 * Structured logging: a message for people, fields for machines.
 *
 * Levels: debug for developers, info for one line a transaction, message for operators, warning for what needs a look.
 * A message body, a key or a subject is never logged. Each module has its own G_LOG_DOMAIN, `aimx-<module>`, by which
 * `AIMX_LOG=<module>=debug` selects.
 */
#pragma once

#include <aimx/abi.h>

/**
 * aimx_log:
 * @level: a GLogLevelFlags
 * @...: pairs of field name and value, which is a string as it is; then "MESSAGE", a printf format and its arguments
 *
 * Any thread; never blocks on a slow reader of the log.
 */
#define aimx_log(level, ...) g_log_structured (G_LOG_DOMAIN, (level), __VA_ARGS__)

/**
 * AIMX_LOG_VERB:
 *
 * Field of a record: a verb.
 */
#define AIMX_LOG_VERB "AIMX_VERB"

/**
 * AIMX_LOG_MAILBOX:
 *
 * Field of a record: canonical FQDN of a mailbox.
 */
#define AIMX_LOG_MAILBOX "AIMX_MAILBOX"

/**
 * AIMX_LOG_DOMAIN:
 *
 * Field of a record: name of a domain.
 */
#define AIMX_LOG_DOMAIN "AIMX_DOMAIN"

/**
 * AIMX_LOG_UID:
 *
 * Field of a record: user id of a caller.
 */
#define AIMX_LOG_UID "AIMX_UID"

/**
 * AIMX_LOG_QUEUE_ID:
 *
 * Field of a record: queue id of a message.
 */
#define AIMX_LOG_QUEUE_ID "AIMX_QUEUE_ID"

/**
 * AIMX_LOG_MODULE:
 *
 * Field of a record: name of a module.
 */
#define AIMX_LOG_MODULE "AIMX_MODULE"

/**
 * AIMX_LOG_PEER:
 *
 * Field of a record: address of a client or server.
 */
#define AIMX_LOG_PEER "AIMX_PEER"
