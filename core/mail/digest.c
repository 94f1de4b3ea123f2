/* SPDX-License-Identifier: MIT */
#include "mail/digest.h"

#include <gnutls/crypto.h>

#include <string.h>

#define SHA256_SIZE 32
#define ID_SIZE     8

static char *
digest_new (const void *data, gsize length, gsize n_bytes)
{
  guint8 digest[SHA256_SIZE];
  char *hex = g_malloc (2 * n_bytes + 1);
  int code = gnutls_hash_fast (GNUTLS_DIG_SHA256, data, length, digest);

  /* No library without SHA-256 is of use: TLS could not run either. */
  if (code < 0)
    g_error ("SHA-256: %s", gnutls_strerror (code));
  for (gsize i = 0; i < n_bytes; i++)
    {
      hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
      hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
  hex[2 * n_bytes] = '\0';
  return hex;
}

char *
aimx_digest_new (const void *data, gsize length)
{
  return digest_new (data, length, SHA256_SIZE);
}

char *
aimx_digest_id (const char *text)
{
  return digest_new (text, strlen (text), ID_SIZE);
}
