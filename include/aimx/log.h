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

#define AIMX_LOG_VERB     "AIMX_VERB"
#define AIMX_LOG_MAILBOX  "AIMX_MAILBOX"
#define AIMX_LOG_DOMAIN   "AIMX_DOMAIN"
#define AIMX_LOG_UID      "AIMX_UID"
#define AIMX_LOG_QUEUE_ID "AIMX_QUEUE_ID"
#define AIMX_LOG_MODULE   "AIMX_MODULE"
#define AIMX_LOG_PEER     "AIMX_PEER"
