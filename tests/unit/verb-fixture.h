/* SPDX-License-Identifier: MIT */
/* A whole server on a scratch directory, in this process, with the verbs of one module; and what happened to it. */
#pragma once

#include "mail/mail-store-private.h"
#include "scratch-directory.h"
#include "server-internal.h"

#include <aimx/error.h>
#include <pwd.h>
#include <string.h>

/* A user id that nobody has. */
#define STRANGER 54321

#define VERB_DEADLINE_SECONDS 30

typedef struct
{
  ScratchDirectory *scratch;
  const AimxVerbSpec *const *verbs; /* ends with NULL */
  GObject *(*make_data) (AimxServer *server);
  GObject *data; /* what the handlers get */
  AimxServer *server;
  GString *events; /* `name mailbox` or `name domain` of each, one a line */
} VerbFixture;

/* Root gives mail away; anybody else keeps it. */
static inline const char *
verb_owner (void)
{
  static char name[64];
  const struct passwd *own = getpwuid (geteuid ());

  g_strlcpy (name, geteuid () == 0 ? "games" : own->pw_name, sizeof name);
  return name;
}

static inline guint
verb_owner_uid (void)
{
  return getpwnam (verb_owner ())->pw_uid;
}

/* ---- the server ---- */

static inline void
verb_note_event (const char *name, GVariant *details, gpointer user_data)
{
  VerbFixture *self = user_data;
  const char *mailbox = "";

  if (!g_variant_lookup (details, "mailbox", "&s", &mailbox))
    g_variant_lookup (details, "domain", "&s", &mailbox);
  if (strcmp (name, AIMX_EVENT_CONFIG_CHANGED) != 0)
    g_string_append_printf (self->events, "%s %s\n", name, mailbox);
}

static inline void
verb_fixture_open (VerbFixture *self)
{
  g_autofree char *etc = g_build_filename (self->scratch, "etc", NULL);
  g_autofree char *data = g_build_filename (self->scratch, "data", NULL);
  const AimxServerSettings settings = { .mode = AIMX_SERVER_CHANGE, .runtime_dir = "/nowhere" };
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (AimxConfigStore) config = NULL;
  g_autoptr (AimxMailStore) mail = NULL;
  g_autoptr (GError) error = NULL;

  config = aimx_config_store_open (etc, &error);
  g_assert_no_error (error);
  mail = aimx_mail_store_open (data, AIMX_MAIL_STORE_CHANGE, 0, config, locks, accounts, &error);
  g_assert_no_error (error);
  aimx_mail_store_prepare (mail, &error);
  g_assert_no_error (error);
  self->server = aimx_server_new (&settings, config, locks, accounts, mail);
  self->data = self->make_data != NULL ? self->make_data (self->server) : NULL;
  for (const AimxVerbSpec *const *verb = self->verbs; *verb != NULL; verb++)
    {
      aimx_verb_registry_add (aimx_server_get_verbs (self->server), "tested", *verb, self->data, &error);
      g_assert_no_error (error);
    }
  aimx_event_bus_subscribe (aimx_server_get_event_bus (self->server), NULL, verb_note_event, self, NULL);
}

static inline void
verb_fixture_close (VerbFixture *self)
{
  aimx_server_close (self->server);
  g_clear_object (&self->data);
  g_assert_finalize_object (g_steal_pointer (&self->server));
}

static inline void
verb_fixture_restart (VerbFixture *self)
{
  verb_fixture_close (self);
  verb_fixture_open (self);
}

static inline void
verb_fixture_write_config (VerbFixture *self, const char *text)
{
  scratch_write (self->scratch, "etc/config.toml", text);
}

/* @config has each `OWNER` replaced by verb_owner(). @make_data: (nullable): what the handlers get */
static inline void
verb_fixture_init_with_data (VerbFixture *self,
                             const AimxVerbSpec *const *verbs,
                             GObject *(*make_data) (AimxServer *server),
                             const char *config)
{
  g_auto (GStrv) parts = g_strsplit (config, "OWNER", -1);
  g_autofree char *text = g_strjoinv (verb_owner (), parts);

  self->scratch = scratch_directory_new ();
  self->verbs = verbs;
  self->make_data = make_data;
  self->events = g_string_new (NULL);
  verb_fixture_write_config (self, text);
  verb_fixture_open (self);
}

static inline void
verb_fixture_init (VerbFixture *self, const AimxVerbSpec *const *verbs, const char *config)
{
  verb_fixture_init_with_data (self, verbs, NULL, config);
}

static inline void
verb_fixture_clear (VerbFixture *self)
{
  verb_fixture_close (self);
  g_string_free (self->events, TRUE);
  scratch_directory_free (self->scratch);
}

/* ---- calls ---- */

/* @headers: name and value in turn */
static inline AimxResponse *
verb_call (VerbFixture *self, guint uid, const char *verb, const char *const *headers)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (uid, uid, 1);
  g_autoptr (AimxRequest) request = aimx_request_new (caller, verb, headers, NULL);

  return aimx_server_call (self->server, request);
}

#define HEADERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static inline void
verb_assert_ok (VerbFixture *self, guint uid, const char *verb, const char *const *headers)
{
  g_autoptr (AimxResponse) response = verb_call (self, uid, verb, headers);

  g_assert_no_error (aimx_response_get_error (response));
}

/* Asserts that it fails with that code of the wire; returns its words. */
static inline char *
verb_fail (VerbFixture *self, guint uid, const char *verb, const char *const *headers, const char *code)
{
  g_autoptr (AimxResponse) response = verb_call (self, uid, verb, headers);
  const GError *error = aimx_response_get_error (response);

  if (error == NULL)
    g_error ("%s succeeded instead of failing with %s", verb, code);
  if (strcmp (aimx_error_get_wire_code (error), code) != 0)
    g_error ("%s failed with %s instead of %s: %s", verb, aimx_error_get_wire_code (error), code, error->message);
  return g_strdup (error->message);
}

static inline void
verb_assert_fails (VerbFixture *self,
                   guint uid,
                   const char *verb,
                   const char *const *headers,
                   const char *code,
                   const char *says)
{
  g_autofree char *message = verb_fail (self, uid, verb, headers, code);

  if (strstr (message, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", message, says);
}

static inline JsonNode *
verb_call_json (VerbFixture *self, guint uid, const char *verb, const char *const *headers)
{
  g_autoptr (AimxResponse) response = verb_call (self, uid, verb, headers);
  gsize length;
  const char *data;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_assert_no_error (aimx_response_get_error (response));
  data = g_bytes_get_data (aimx_response_get_body (response), &length);
  text = g_strndup (data, length);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  return node;
}

static inline gboolean
verb_end_waiting (gpointer user_data)
{
  gboolean *waiting = user_data;

  *waiting = FALSE;
  return G_SOURCE_REMOVE;
}

/* Waits until the events are these, and forgets them. */
static inline void
verb_assert_events (VerbFixture *self, const char *expected)
{
  gboolean waiting = TRUE;
  guint deadline = g_timeout_add_seconds (VERB_DEADLINE_SECONDS, verb_end_waiting, &waiting);

  while (self->events->len < strlen (expected) && waiting)
    g_main_context_iteration (NULL, TRUE);
  if (waiting)
    g_source_remove (deadline);
  g_assert_cmpstr (self->events->str, ==, expected);
  g_string_truncate (self->events, 0);
}

/* ---- what is there ---- */

static inline void
verb_assert_config_has (VerbFixture *self, const char *text, gboolean has)
{
  g_autofree char *config = scratch_read (self->scratch, "etc/config.toml");

  if ((strstr (config, text) != NULL) != has)
    g_error ("'%s' should%s be in the configuration:\n%s", text, has ? "" : " not", config);
}

static inline gboolean
verb_mailbox_is_configured (VerbFixture *self, const char *fqdn)
{
  g_autoptr (AimxConfig) config = aimx_config_store_get (aimx_server_get_config_store (self->server));

  return aimx_config_get_mailbox (config, fqdn) != NULL;
}

static inline gboolean
verb_has (VerbFixture *self, const char *path)
{
  return scratch_exists (self->scratch, path);
}

/* A message as its owner has it. */
static inline void
verb_put_message (VerbFixture *self, const char *folder, const char *stem, gboolean read)
{
  g_autofree char *path = g_strdup_printf ("data/%s/%s.md", folder, stem);
  g_autofree char *full = g_build_filename (self->scratch, path, NULL);
  g_autofree char *directory = g_path_get_dirname (full);
  g_autofree char *text = g_strdup_printf ("+++\nid = \"%s\"\nread = %s\nlabels = [ \"a\" ] # mine\n+++\n\nbody\n",
                                           stem, read ? "true" : "false");

  scratch_write (self->scratch, path, text);
  if (geteuid () != 0)
    return;
  g_assert_no_errno (chown (full, verb_owner_uid (), (gid_t) -1));
  g_assert_no_errno (chown (directory, verb_owner_uid (), (gid_t) -1));
}
