/* SPDX-License-Identifier: MIT */
/*
 * What can go wrong, once for all doors: the AIMX/1 code, the SMTP reply and the exit status of the command follow from
 * the one code by table.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxError:
 * @AIMX_ERROR_MALFORMED: framing or header errors of a request
 * @AIMX_ERROR_PROTOCOL: unknown verb, or a body that is not the documented form
 * @AIMX_ERROR_VALIDATION: a well-framed value that breaks a rule
 * @AIMX_ERROR_ACCESS: the caller may not do this
 * @AIMX_ERROR_NO_ENTRY: the mailbox or hook named does not exist
 * @AIMX_ERROR_NOT_FOUND: no such message
 * @AIMX_ERROR_MAILBOX: the mailbox exists already, does not exist, or is a catchall
 * @AIMX_ERROR_NOT_EMPTY: the mailbox still holds files
 * @AIMX_ERROR_DOMAIN: the domain is not configured, already configured, or the last one
 * @AIMX_ERROR_CONFLICT: the state found is not what the request assumed; nothing was changed
 * @AIMX_ERROR_SIGN: no usable DKIM key
 * @AIMX_ERROR_DELIVERY: the remote refused for good
 * @AIMX_ERROR_TEMPORARY: something outside failed for now
 * @AIMX_ERROR_TOO_LARGE: a body part is over its limit
 * @AIMX_ERROR_IO: a disk or serialization failure
 * @AIMX_ERROR_NO_SPACE: the disk or a quota is full; `IO` on the wire, `452` in SMTP
 * @AIMX_ERROR_NO_ACCOUNT: the owner of a mailbox has no account; `VALIDATION` on the wire, `451 4.2.1` in SMTP
 * @AIMX_ERROR_ORDER: a lock was asked for out of rank; a programming error in a module; `IO` on the wire
 * @AIMX_ERROR_MODULE: a module cannot be loaded or started; `IO` on the wire
 *
 * What went wrong; more may come.
 */
typedef enum
{
  AIMX_ERROR_MALFORMED,
  AIMX_ERROR_PROTOCOL,
  AIMX_ERROR_VALIDATION,
  AIMX_ERROR_ACCESS,
  AIMX_ERROR_NO_ENTRY,
  AIMX_ERROR_NOT_FOUND,
  AIMX_ERROR_MAILBOX,
  AIMX_ERROR_NOT_EMPTY,
  AIMX_ERROR_DOMAIN,
  AIMX_ERROR_CONFLICT,
  AIMX_ERROR_SIGN,
  AIMX_ERROR_DELIVERY,
  AIMX_ERROR_TEMPORARY,
  AIMX_ERROR_TOO_LARGE,
  AIMX_ERROR_IO,
  AIMX_ERROR_NO_SPACE,
  AIMX_ERROR_NO_ACCOUNT,
  AIMX_ERROR_ORDER,
  AIMX_ERROR_MODULE,
} AimxError;

#define AIMX_ERROR (aimx_error_quark ())
/**
 * aimx_error_quark:
 *
 * Returns: the domain of #AimxError
 */
AIMX_API GQuark aimx_error_quark (void);

/**
 * aimx_error_get_wire_code:
 * @error: any error
 *
 * The AIMX/1 code for @error; errors of other domains are `IO`.
 *
 * Returns: (transfer none): a static string such as `EACCES`
 */
AIMX_API const char *aimx_error_get_wire_code (const GError *error);

/**
 * aimx_error_get_smtp_reply:
 * @error: any error
 *
 * The SMTP reply code and enhanced status code (RFC 3463) that tell a sender about @error; on doubt a 4xx, so that the
 * message stays with its sender.
 *
 * Returns: (transfer none): a static string such as `452 4.3.1`
 */
AIMX_API const char *aimx_error_get_smtp_reply (const GError *error);

/**
 * aimx_error_set_errno:
 * @error: (out) (optional): return location
 * @saved_errno: the errno of the failed call
 * @format: what failed, on what, as for printf(); the system's words are appended
 * @...: arguments of @format
 *
 * Sets %AIMX_ERROR_NO_SPACE for ENOSPC and EDQUOT, else %AIMX_ERROR_IO.
 *
 * Returns: %FALSE, always, so that a caller can return it
 */
AIMX_API gboolean aimx_error_set_errno (GError **error, int saved_errno, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
