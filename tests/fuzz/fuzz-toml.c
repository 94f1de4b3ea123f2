/* SPDX-License-Identifier: MIT */
/*
 * Any bytes are a document or an error; what parses comes out byte-equal, and each edit leaves a document that parses.
 */
#include <stdint.h>
#include <tomledit.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
edit (TomlDocument *document, const char *key)
{
  const char *const own[] = { key, NULL };
  const char *const below[] = { key, "added", NULL };
  const char *const top[] = { NULL };
  const char *const renames[] = { key, "renamed", NULL };
  const char *const back[] = { "renamed", key, NULL };

  if (toml_document_rename_keys (document, top, renames, NULL))
    g_assert_true (toml_document_rename_keys (document, top, back, NULL));
  toml_document_set_string (document, below, "value", NULL);
  toml_document_append_string (document, own, "value", NULL);
  if (toml_document_move_element (document, own, 2, 0, NULL))
    g_assert_true (toml_document_move_element (document, own, 0, 2, NULL));
  toml_document_remove_element (document, own, 1, NULL);
  toml_document_add_table (document, below, NULL);
  toml_document_remove (document, own, NULL);
  toml_document_set_text (document, own, "[1, 2]", NULL);
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
