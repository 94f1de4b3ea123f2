/* SPDX-License-Identifier: MIT */
/*
 * The table behind AimxError: one row a code, one column for each door that reports it.
 */
#include <aimx/error.h>

#include <errno.h>
#include <stdarg.h>

GQuark
aimx_error_quark (void)
{
  return g_quark_from_static_string ("aimx-error-quark");
}

static const struct
{
  const char *wire;
  const char *smtp;
} faces[] = {
  [AIMX_ERROR_MALFORMED] = { "MALFORMED", "451 4.3.0" },
  [AIMX_ERROR_PROTOCOL] = { "PROTOCOL", "451 4.3.0" },
  [AIMX_ERROR_VALIDATION] = { "VALIDATION", "451 4.3.0" },
  [AIMX_ERROR_ACCESS] = { "EACCES", "451 4.3.0" },
  [AIMX_ERROR_NO_ENTRY] = { "ENOENT", "550 5.1.1" },
  [AIMX_ERROR_NOT_FOUND] = { "NOTFOUND", "451 4.3.0" },
  [AIMX_ERROR_MAILBOX] = { "MAILBOX", "550 5.1.1" },
  [AIMX_ERROR_NOT_EMPTY] = { "NONEMPTY", "451 4.3.0" },
  [AIMX_ERROR_DOMAIN] = { "DOMAIN", "550 5.7.1" },
  [AIMX_ERROR_CONFLICT] = { "ECONFLICT", "451 4.3.0" },
  [AIMX_ERROR_SIGN] = { "SIGN", "451 4.3.0" },
  [AIMX_ERROR_DELIVERY] = { "DELIVERY", "451 4.3.0" },
  [AIMX_ERROR_TEMPORARY] = { "TEMP", "451 4.3.0" },
  [AIMX_ERROR_TOO_LARGE] = { "BODY_TOO_LARGE", "552 5.3.4" },
  [AIMX_ERROR_IO] = { "IO", "451 4.3.0" },
  [AIMX_ERROR_NO_SPACE] = { "IO", "452 4.3.1" },
  [AIMX_ERROR_NO_ACCOUNT] = { "VALIDATION", "451 4.2.1" },
  [AIMX_ERROR_ORDER] = { "IO", "451 4.3.0" },
  [AIMX_ERROR_MODULE] = { "IO", "451 4.3.0" },
};

const char *
aimx_error_get_wire_code (const GError *error)
{
  if (error->domain != AIMX_ERROR || error->code < 0 || (gsize) error->code >= G_N_ELEMENTS (faces))
    return "IO";
  return faces[error->code].wire;
}

const char *
aimx_error_get_smtp_reply (const GError *error)
{
  if (error->domain != AIMX_ERROR || error->code < 0 || (gsize) error->code >= G_N_ELEMENTS (faces))
    return "451 4.3.0";
  return faces[error->code].smtp;
}

gboolean
aimx_error_set_errno (GError **error, int saved_errno, const char *format, ...)
{
  g_autofree char *what = NULL;
  gboolean full = saved_errno == ENOSPC || saved_errno == EDQUOT;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, AIMX_ERROR, full ? AIMX_ERROR_NO_SPACE : AIMX_ERROR_IO, "%s: %s", what, g_strerror (saved_errno));
  return FALSE;
}
