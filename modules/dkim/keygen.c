/* SPDX-License-Identifier: MIT */
/*
 * DKIM-KEYGEN: a key pair for a domain, where there is none, or a new one in place of the old, which is kept. It
 * touches the configuration directory only, and decides by what the file there says: the command runs it in its own
 * process beside a daemon, which loads the key when it is told to read its configuration again.
 *
 * With force it is the way out of a rotation, too, whatever has become of its keys.
 */
#include "report.h"
#include "rotation-end.h"
#include "signer.h"
#include "verbs.h"

typedef struct
{
  DkimSigner *signer;
  AimxConfigChange *change;
  AimxConfig *config; /* as in the file */
  const AimxDomain *domain;
  DkimKeyFiles files;
  DkimRotation *rotation; /* under way, else NULL */
  const char *selector;   /* to be written, NULL when it stays */
  DkimAlgorithm algorithm;
  gboolean force;

  DkimKey *key;
  char *directory;
  GPtrArray *kept;
  gboolean generated;
} Generation;

static void
generation_clear (Generation *self)
{
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_clear_pointer (&self->rotation, dkim_rotation_free);
  g_free (self->directory);
  g_clear_pointer (&self->key, dkim_key_unref);
  g_clear_object (&self->config);
  g_clear_object (&self->change);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Generation, generation_clear)

/* ---- what is asked for ---- */

static gboolean
find_domain (Generation *self, const char *name, GError **error)
{
  self->domain =
      name != NULL ? aimx_config_get_domain (self->config, name) : aimx_config_get_default_domain (self->config);
  if (self->domain == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN, "domain '%s' is not in `domains`; add it first", name);
      return FALSE;
    }
  self->files.domain = aimx_domain_get_name (self->domain);
  self->files.is_default = self->domain == aimx_config_get_default_domain (self->config);
  self->files.selector = aimx_domain_get_dkim_selector (self->domain);
  return TRUE;
}

static gboolean
find_rotation (Generation *self, GError **error)
{
  g_autoptr (GError) why = NULL;

  self->rotation = dkim_rotation_read (&self->files, &why);
  if (self->rotation == NULL && g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  if (self->rotation != NULL && self->force)
    return TRUE;
  if (self->rotation != NULL)
    g_set_error (
        error, AIMX_ERROR, AIMX_ERROR_CONFLICT,
        "the key of %s is being replaced, by that of selector %s; `aimx domains rotate-dkim %s --status` shows "
        "how far that is; with force a new key ends it",
        self->files.domain, self->rotation->selector, self->files.domain);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* The name under which the key is published from now on. */
static gboolean
check_selector (Generation *self, GError **error)
{
  const gboolean has_ed25519 = self->algorithm == DKIM_ED25519 || dkim_key_files_has (&self->files, DKIM_ED25519);

  if (self->selector != NULL && strcmp (self->selector, self->files.selector) == 0)
    self->selector = NULL;
  if (self->selector != NULL)
    return dkim_selector_check_new (self->selector, self->files.domain, has_ed25519, self->files.selector, error);
  return dkim_selector_check (self->files.selector, self->files.domain, self->algorithm, error);
}

static gboolean
begin (Generation *self, AimxRequest *request, GError **error)
{
  AimxServer *server = aimx_request_get_server (request);
  const char *algorithm = aimx_request_get_header (request, "Algorithm");

  self->force = aimx_request_get_boolean (request, "Force", FALSE);
  self->selector = aimx_request_get_header (request, "Selector");
  if ((algorithm != NULL && !dkim_algorithm_from_string (algorithm, &self->algorithm, error)) ||
      (self->selector != NULL && !aimx_name_check_selector (self->selector, error)))
    return FALSE;
  self->files.store = aimx_server_get_config_store (server);
  self->change = aimx_server_begin_change (server, NULL, error);
  self->config = self->change != NULL ? aimx_config_change_validate (self->change, error) : NULL;
  return self->config != NULL && find_domain (self, aimx_request_get_header (request, "Domain"), error) &&
         find_rotation (self, error) && check_selector (self, error);
}

/* ---- making it ---- */

/* Fails when neither a usable key is there nor room for a new one. */
static gboolean
find_key (Generation *self, GError **error)
{
  g_autoptr (GError) why = NULL;

  self->key = dkim_key_files_read (&self->files, self->algorithm, &self->directory, &why);
  if (self->key != NULL || g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_SIGN) && self->force)
    return TRUE;
  if (g_error_matches (why, AIMX_ERROR, AIMX_ERROR_SIGN))
    g_prefix_error (&why, "the key that is there cannot be used; with force another takes its place: ");
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/* Before a key is touched: an edit that cannot be made changes nothing. */
static gboolean
edit_selector (Generation *self, GError **error)
{
  g_autoptr (AimxConfig) edited = NULL;

  if (self->selector == NULL)
    return TRUE;
  if (!aimx_config_change_set_dkim_selector (self->change, self->files.domain, self->selector, error))
    return FALSE;
  edited = aimx_config_change_validate (self->change, error);
  return edited != NULL;
}

/* What others read first, in directories named after selectors, is settled: a rotation, and keys of former ones. */
static gboolean
settle (Generation *self, GError **error)
{
  DkimKeyFiles coming = self->files;

  coming.selector = self->selector;
  return (self->rotation == NULL ||
          dkim_rotation_break_off (self->rotation, &self->files, self->change,
                                   strcmp (self->rotation->selector, self->files.selector) == 0, self->kept, error)) &&
         dkim_key_files_settle (&self->files, self->change, self->kept, error) &&
         dkim_key_files_clear_next (&coming, self->change, self->kept, error);
}

static gboolean
make (Generation *self, GError **error)
{
  DkimKey *key;

  key = dkim_key_files_make (&self->files, self->change, self->algorithm, self->kept, error);
  if (key == NULL)
    return FALSE;
  g_clear_pointer (&self->key, dkim_key_unref);
  self->key = key;
  self->generated = TRUE;
  g_free (self->directory);
  self->directory = dkim_key_files_get_directory (&self->files);
  return TRUE;
}

/* Another selector has the key read by whoever follows the configuration. */
static gboolean
publish (Generation *self, GError **error)
{
  if (self->selector != NULL)
    return aimx_config_change_commit (self->change, error);
  dkim_signer_renew (self->signer, self->config, self->files.domain);
  return TRUE;
}

static gboolean
keep (Generation *self, GError **error)
{
  g_clear_pointer (&self->key, dkim_key_unref);
  g_clear_pointer (&self->directory, g_free);
  self->key = dkim_key_files_read (&self->files, self->algorithm, &self->directory, error);
  return self->key != NULL && dkim_key_files_complete (&self->files, self->change, self->key, self->directory, error);
}

static gboolean
generate (Generation *self, GError **error)
{
  if (!find_key (self, error) || !edit_selector (self, error))
    return FALSE;
  if (self->key != NULL && !self->force)
    return (self->selector == NULL || settle (self, error)) && keep (self, error) && publish (self, error);
  return settle (self, error) && make (self, error) && publish (self, error);
}

/* ---- the answer ---- */

static JsonNode *
describe (Generation *self)
{
  const char *selector = self->selector != NULL ? self->selector : aimx_domain_get_dkim_selector (self->domain);
  g_autofree char *path = dkim_key_files_get_path (&self->files, self->directory, self->algorithm);
  g_autofree char *directory = g_path_get_dirname (path);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  dkim_report_add_string (builder, "domain", self->files.domain);
  dkim_report_add_string (builder, "selector", selector);
  dkim_report_add_string (builder, "algorithm", dkim_algorithm_to_string (self->algorithm));
  dkim_report_add_string (builder, "dkim_dir", directory);
  dkim_report_add_string (builder, "path", path);
  dkim_report_add_boolean (builder, "generated", self->generated);
  dkim_report_add_boolean (builder, "selector_written", self->selector != NULL);
  dkim_report_add_string (builder, "ended_rotation", self->rotation != NULL ? self->rotation->selector : NULL);
  dkim_report_add_strings (builder, "kept", self->kept);
  json_builder_set_member_name (builder, "record");
  dkim_report_add_record (builder, self->files.domain, selector, self->algorithm, dkim_key_get_record (self->key));
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static AimxResponse *
handle (AimxRequest *request, gpointer user_data, GError **error)
{
  g_auto (Generation) self = { .signer = user_data, .kept = g_ptr_array_new_with_free_func (g_free) };

  if (!begin (&self, request, error) || !generate (&self, error))
    return NULL;
  if (self.generated)
    aimx_log (G_LOG_LEVEL_MESSAGE, AIMX_LOG_DOMAIN, self.files.domain, "MESSAGE", "domain %s has a new %s key%s",
              self.files.domain, dkim_algorithm_to_string (self.algorithm),
              self.kept->len > 0 ? "; the old one is kept beside it" : "");
  dkim_report_change (aimx_request_get_server (request), self.files.domain);
  return aimx_response_new_json (describe (&self));
}

static const AimxHeaderSpec headers[] = {
  { "Domain", AIMX_HEADER_DOMAIN, AIMX_HEADER_OPTIONAL, "a configured domain; the default one when left out" },
  { "Selector", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "selector from now on, 1 to 63 of [a-z0-9_-]" },
  { "Algorithm", AIMX_HEADER_STRING, AIMX_HEADER_OPTIONAL, "rsa (the default) or ed25519" },
  { "Force", AIMX_HEADER_BOOLEAN, AIMX_HEADER_OPTIONAL,
    "whether a new pair takes the place of one that is there; it ends a rotation, too" },
  { NULL },
};

const AimxVerbSpec dkim_keygen_verb = {
  .name = "DKIM-KEYGEN",
  .summary = "make the key pair of a domain",
  .headers = headers,
  .action = AIMX_ACTION_SYSTEM,
  .result = AIMX_RESULT_JSON,
  .result_schema = "{\"domain\":\"string\",\"selector\":\"string\",\"algorithm\":\"string\",\"dkim_dir\":\"string\","
                   "\"path\":\"string\",\"generated\":\"boolean\",\"selector_written\":\"boolean\","
                   "\"ended_rotation\":\"string\",\"kept\":\"array\",\"record\":\"object\"}",
  .handler = handle,
};
