/* SPDX-License-Identifier: MIT */
/* Parameters of MAIL: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531). */
#include "session-private.h"

#include <string.h>

/* RFC 1870, 3: up to 20 digits, which may say more than 64 bits hold. */
static gboolean
read_size (const char *value, SmtpParameters *parameters)
{
  gsize n_digits = value != NULL ? strspn (value, "0123456789") : 0;

  if (parameters->has_size || n_digits == 0 || n_digits > 20 || value[n_digits] != '\0')
    return FALSE;
  parameters->has_size = TRUE;
  if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, &parameters->size, NULL))
    parameters->size = G_MAXUINT64;
  return TRUE;
}

static SmtpParametersResult
read_one (const char *name, const char *value, SmtpParameters *parameters)
{
  if (g_ascii_strcasecmp (name, "SIZE") == 0)
    return read_size (value, parameters) ? SMTP_PARAMETERS_OK : SMTP_PARAMETERS_MALFORMED;
  if (g_ascii_strcasecmp (name, "SMTPUTF8") == 0)
    {
      if (parameters->utf8 || value != NULL)
        return SMTP_PARAMETERS_MALFORMED;
      parameters->utf8 = TRUE;
      return SMTP_PARAMETERS_OK;
    }
  if (g_ascii_strcasecmp (name, "BODY") != 0)
    return SMTP_PARAMETERS_UNKNOWN;
  if (parameters->has_body || value == NULL)
    return SMTP_PARAMETERS_MALFORMED;
  parameters->has_body = TRUE;
  if (g_ascii_strcasecmp (value, "7BIT") == 0 || g_ascii_strcasecmp (value, "8BITMIME") == 0)
    return SMTP_PARAMETERS_OK;
  return SMTP_PARAMETERS_UNKNOWN;
}

SmtpParametersResult
smtp_parameters_parse (const char *text, SmtpParameters *parameters, char **unknown)
{
  g_auto (GStrv) words = NULL;

  memset (parameters, 0, sizeof *parameters);
  *unknown = NULL;
  if (*text != '\0' && *text != ' ')
    return SMTP_PARAMETERS_MALFORMED;
  words = g_strsplit (text, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *equals = strchr (words[i], '=');
      SmtpParametersResult result;

      if (*words[i] == '\0')
        continue;
      if (equals != NULL)
        *equals++ = '\0';
      result = read_one (words[i], equals, parameters);
      if (result == SMTP_PARAMETERS_UNKNOWN)
        *unknown = equals != NULL ? g_strconcat (words[i], "=", equals, NULL) : g_strdup (words[i]);
      if (result != SMTP_PARAMETERS_OK)
        return result;
    }
  return SMTP_PARAMETERS_OK;
}
