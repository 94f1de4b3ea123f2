/* SPDX-License-Identifier: MIT */
/*
 * Any bytes are a document or an error; what parses comes out byte-equal, and each edit says what it means to.
 */
#include <stdint.h>
#include <tomledit.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* An edit may be refused, but never for what it would have done. */
static gboolean
check (gboolean done, GError **error)
{
  g_assert_true (done == (*error == NULL));
  g_assert_false (g_error_matches (*error, TOML_ERROR, TOML_ERROR_EDIT));
  g_clear_error (error);
  return done;
}

static void
edit (TomlDocument *document, const char *key)
{
  const char *const own[] = { key, NULL };
  const char *const below[] = { key, "added", NULL };
  const char *const deeper[] = { key, "table", "added", NULL };
  const char *const top[] = { NULL };
  const char *const renames[] = { key, "renamed", NULL };
  const char *const back[] = { "renamed", key, NULL };
  GError *error = NULL;

  if (check (toml_document_rename_keys (document, top, renames, &error), &error))
    g_assert_true (toml_document_rename_keys (document, top, back, NULL));
  check (toml_document_set_string (document, below, "value", &error), &error);
  check (toml_document_append_string (document, own, "value", &error), &error);
  if (check (toml_document_move_element (document, own, 2, 0, &error), &error))
    g_assert_true (toml_document_move_element (document, own, 0, 2, NULL));
  check (toml_document_remove_element (document, own, 1, &error), &error);
  check (toml_document_add_table (document, deeper, &error), &error);
  check (toml_document_remove (document, below, &error), &error);
  check (toml_document_remove (document, own, &error), &error);
  check (toml_document_set_text (document, own, "[1, 2]", &error), &error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TomlDocument) document = toml_document_parse ((const char *) data, (gssize) size, &error);
  g_autofree char *text = NULL;
  g_autofree char *key = NULL;
  gsize length;

  if (document == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  text = toml_document_to_text (document, &length);
  g_assert_cmpmem (text, length, data, size);
  if (toml_table_get_size (toml_document_get_root (document)) > 0)
    {
      key = g_strdup (toml_table_get_key (toml_document_get_root (document), 0));
      edit (document, key);
    }
  return 0;
}
