/* SPDX-License-Identifier: MIT */
/*
 * Signs files as the daemon does, for a verifier that is not ours.
 *
 * dkim-sign CONFIG-DIR DOMAIN FILE...: writes FILE.signed for each, and says on stdout what the DNS would have: name,
 * tab, value, one record a line.
 */
#include "dkim/signer.h"

#include <stdlib.h>

static void
print_records (const DkimDomainKeys *keys)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autofree char *selector = dkim_selector_for (keys->selector, i);

      if (keys->keys[i] != NULL)
        g_print ("%s._domainkey.%s\t%s\n", selector, keys->domain, dkim_key_get_record (keys->keys[i]));
    }
}

static gboolean
sign_file (DkimSigner *signer, const char *domain, const char *file, GError **error)
{
  g_autofree char *signed_file = g_strconcat (file, ".signed", NULL);
  g_autofree char *text = NULL;
  gsize length;
  g_autoptr (GBytes) message = NULL;
  g_autofree char *fields = NULL;
  g_autoptr (GString) whole = NULL;

  if (!g_file_get_contents (file, &text, &length, error))
    return FALSE;
  message = g_bytes_new (text, length);
  fields = aimx_signer_sign (AIMX_SIGNER (signer), domain, message, error);
  if (fields == NULL)
    return FALSE;
  whole = g_string_new (fields);
  g_string_append_len (whole, text, (gssize) length);
  return g_file_set_contents (signed_file, whole->str, (gssize) whole->len, error);
}

static gboolean
sign_all (const char *config_dir, const char *domain, char **files, GError **error)
{
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (config_dir, error);
  g_autoptr (DkimSigner) signer = NULL;
  g_autoptr (DkimDomainKeys) keys = NULL;

  if (store == NULL)
    return FALSE;
  signer = dkim_signer_new (store);
  keys = dkim_signer_lookup (signer, domain);
  if (keys != NULL)
    print_records (keys);
  for (; *files != NULL; files++)
    if (!sign_file (signer, domain, *files, error))
      return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc < 3)
    {
      g_printerr ("usage: dkim-sign CONFIG-DIR DOMAIN FILE...\n");
      return EXIT_FAILURE;
    }
  if (sign_all (argv[1], argv[2], argv + 3, &error))
    return EXIT_SUCCESS;
  g_printerr ("dkim-sign: %s\n", error->message);
  return EXIT_FAILURE;
}
