/* SPDX-License-Identifier: MIT */
/* A server with the verbs of modules/dkim, and what is in its configuration directory. */
#pragma once

#include "dkim/signer.h"
#include "dkim/verbs.h"
#include "verb-fixture.h"

#define KEYGEN "DKIM-KEYGEN"
#define SHOW   "DKIM-SHOW"
#define ROTATE "DOMAIN-ROTATE-DKIM"

#define RSA_DIRECTORY "etc/dkim/a.test"
#define RSA_PRIVATE   RSA_DIRECTORY "/private.key"
#define RSA_PUBLIC    RSA_DIRECTORY "/public.key"

static inline GObject *
dkim_make_signer (AimxServer *server)
{
  return G_OBJECT (dkim_signer_new (aimx_server_get_config_store (server)));
}

static inline void
dkim_set_up (VerbFixture *fixture, gconstpointer data)
{
  static const AimxVerbSpec *const verbs[] = { &dkim_keygen_verb, &dkim_show_verb, &domain_rotate_dkim_verb, NULL };
  static const char config[] = "# mine\n"
                               "domains = [\"a.test\", \"b.test\"]\n"
                               "dkim_selector = \"mail\"\n";

  verb_fixture_init_with_data (fixture, verbs, dkim_make_signer, config);
}

static inline void
dkim_tear_down (VerbFixture *fixture, gconstpointer data)
{
  verb_fixture_clear (fixture);
}

/* Returns: (transfer full): the record of the key in a file, %NULL when there is no such file or key */
static inline char *
dkim_record_in (VerbFixture *fixture, const char *path, DkimAlgorithm algorithm, gboolean is_public)
{
  g_autofree char *full = g_build_filename (fixture->scratch, path, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) pem = NULL;
  g_autoptr (DkimKey) key = NULL;
  gsize length;

  if (!g_file_get_contents (full, &text, &length, NULL))
    return NULL;
  pem = g_bytes_new (text, length);
  if (is_public)
    return dkim_record_parse_public (algorithm, pem, NULL);
  key = dkim_key_parse (algorithm, pem, NULL);
  return key != NULL ? g_strdup (dkim_key_get_record (key)) : NULL;
}
