/* SPDX-License-Identifier: MIT */
/* A mail store on a scratch directory, with two mailboxes, one that keeps originals, and a catchall. */
#pragma once

#include "mail/mail-store-private.h"
#include "scratch-directory.h"

#include <pwd.h>
#include <string.h>
#include <time.h>

#define INFO "info@agents.test"
#define RAW  "raw@agents.test"

typedef struct
{
  ScratchDirectory *scratch;
  char *data_dir;
  AimxConfigStore *config;
  AimxLockManager *locks;
  AimxAccounts *accounts;
  AimxMailStore *store;
  gint64 received_at; /* of every message */
} Fixture;

/* Root gives mail away; anybody else keeps it. */
static inline const char *
fixture_owner (void)
{
  static char name[64];
  const struct passwd *own = getpwuid (geteuid ());

  g_strlcpy (name, geteuid () == 0 ? "games" : own->pw_name, sizeof name);
  return name;
}

static inline void
fixture_open_store (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  self->store = aimx_mail_store_open (self->data_dir, AIMX_MAIL_STORE_CHANGE, 0, self->config, self->locks,
                                      self->accounts, &error);
  g_assert_no_error (error);
  aimx_mail_store_prepare (self->store, &error);
  g_assert_no_error (error);
}

static inline void
fixture_set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *etc = NULL;
  g_autofree char *text =
      g_strdup_printf ("domains = [\"agents.test\"]\n"
                       "[mailboxes.\"" INFO "\"]\naddress = \"" INFO "\"\nowner = \"%s\"\n"
                       "[mailboxes.\"" RAW "\"]\naddress = \"" RAW "\"\nowner = \"%s\"\nraw = true\n"
                       "[mailboxes.\"*@agents.test\"]\naddress = \"*@agents.test\"\nowner = \"%s\"\n",
                       fixture_owner (), fixture_owner (), fixture_owner ());

  self->scratch = scratch_directory_new ();
  self->data_dir = g_build_filename (self->scratch, "data", NULL);
  etc = g_build_filename (self->scratch, "etc", NULL);
  scratch_write (self->scratch, "etc/config.toml", text);
  self->config = aimx_config_store_open (etc, &error);
  g_assert_no_error (error);
  self->locks = aimx_lock_manager_new ();
  self->accounts = aimx_accounts_new ();
  self->received_at = g_get_real_time ();
  fixture_open_store (self);
}

static inline void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->store);
  g_object_unref (self->accounts);
  g_object_unref (self->locks);
  g_object_unref (self->config);
  g_free (self->data_dir);
  scratch_directory_free (self->scratch);
}

static inline void
fixture_restart (Fixture *self)
{
  g_clear_object (&self->store);
  fixture_open_store (self);
}

static inline AimxLockGuard *
fixture_lock (Fixture *self, const char *fqdn)
{
  const char *const names[] = { fqdn, NULL };
  g_autoptr (GError) error = NULL;
  AimxLockGuard *guard = aimx_lock_manager_acquire (self->locks, NULL, AIMX_LOCK_MAILBOX, names, NULL, &error);

  g_assert_no_error (error);
  return guard;
}

/* ---- messages ---- */

#define ATTACHED "content of the file\n"

typedef struct
{
  const char *subject;
  const char *message_id;
  const char *sender;
  const char *body;
  const char *attachment; /* file name */
} Sample;

G_GNUC_UNUSED static const Sample plain = { "Re: Invoice #42 — March", "one@sender.test", NULL, "Hello\n", NULL };
G_GNUC_UNUSED static const Sample attached = { "With a file", "two@sender.test", NULL, "See the file\n",
                                               "../../a b.csv" };

static inline AimxMessage *
sample_parse (const Sample *sample, GBytes **raw)
{
  AimxMessage *message = aimx_message_new ();
  g_autofree char *text = g_strconcat (sample->body, ATTACHED, NULL);

  *raw = g_bytes_new (text, strlen (text));
  aimx_message_set (message, AIMX_MESSAGE_SUBJECT, sample->subject);
  aimx_message_set (message, AIMX_MESSAGE_MESSAGE_ID, sample->message_id);
  aimx_message_set (message, AIMX_MESSAGE_FROM, "Ann <ann@sender.test>");
  aimx_message_set (message, AIMX_MESSAGE_TO, INFO);
  aimx_message_set (message, AIMX_MESSAGE_DATE, "2024-10-01T14:00:00+02:00");
  aimx_message_take_body (message, g_strdup (sample->body));
  aimx_message_digest_body (message, sample->body, strlen (sample->body));
  if (sample->attachment != NULL)
    {
      const AimxAttachment attachment = { .filename = (char *) sample->attachment,
                                          .content_type = (char *) "text/csv",
                                          .offset = strlen (sample->body),
                                          .length = strlen (ATTACHED) };

      aimx_message_add_attachment (message, &attachment);
    }
  return message;
}

typedef struct
{
  char *mailbox;
  char *stem;
  gboolean duplicate;
} Stored;

static inline void
stored_clear (Stored *self)
{
  g_free (self->mailbox);
  g_free (self->stem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Stored, stored_clear)

/* Delivers to one of @recipients, the only one when they are NULL. */
static inline gboolean
fixture_deliver (Fixture *self,
                 const Sample *sample,
                 const char *recipient,
                 const char *const *recipients,
                 Stored *stored,
                 GError **error)
{
  static const AimxVerdict verdict = { .dkim = "pass",
                                       .spf = "softfail",
                                       .dmarc = "fail",
                                       .trusted = "false",
                                       .arc = "none",
                                       .auth_detail = "agents.test; spf=softfail" };
  g_autoptr (GBytes) raw = NULL;
  g_autoptr (AimxMessage) message = sample_parse (sample, &raw);
  g_autoptr (AimxEnvelope) envelope = aimx_envelope_new ();
  const char *const only[] = { recipient, NULL };

  stored_clear (stored);
  envelope->mail_from = g_strdup (sample->sender != NULL ? sample->sender : "ann@sender.test");
  g_strfreev (envelope->recipients);
  envelope->recipients = g_strdupv ((char **) (recipients != NULL ? recipients : only));
  envelope->peer_address = g_strdup ("192.0.2.1");
  envelope->queue_id = g_strdup ("QUEUEID");
  envelope->received_at = self->received_at;
  return aimx_mail_store_deliver (self->store, message, raw, envelope, recipient, &verdict, &stored->mailbox,
                                  &stored->stem, &stored->duplicate, error);
}

static inline void
fixture_deliver_fine (Fixture *self, const Sample *sample, const char *recipient, Stored *stored)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture_deliver (self, sample, recipient, NULL, stored, &error));
  g_assert_no_error (error);
}

static inline char *
fixture_read (Fixture *self, const char *fqdn, const char *stem)
{
  g_autofree char *path = aimx_mail_store_get_message_path (self->store, fqdn, AIMX_FOLDER_INBOX, stem);

  return scratch_read ("", path);
}

/* Entries of a directory below the data directory; 0 when it is missing. */
static inline guint
fixture_count_entries (Fixture *self, const char *path)
{
  g_autofree char *full = g_build_filename (self->data_dir, path, NULL);
  GDir *directory = g_dir_open (full, 0, NULL);
  guint n = 0;

  if (directory == NULL)
    return 0;
  while (g_dir_read_name (directory) != NULL)
    n++;
  g_dir_close (directory);
  return n;
}

static inline void
assert_file (Fixture *self, const char *path, mode_t mode, guint uid)
{
  g_autofree char *full = g_build_filename (self->data_dir, path, NULL);
  struct stat info;

  g_assert_cmpint (lstat (full, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 07777, ==, mode);
  g_assert_cmpint (info.st_uid, ==, uid);
}

static inline guint
owner_uid (void)
{
  return getpwnam (fixture_owner ())->pw_uid;
}

static inline char *
sample_stem (Fixture *self, const char *slug)
{
  time_t seconds = (time_t) (self->received_at / G_USEC_PER_SEC);
  struct tm utc;
  char beginning[32];

  gmtime_r (&seconds, &utc);
  g_assert_cmpuint (strftime (beginning, sizeof beginning, "%Y-%m-%d-%H%M%S", &utc), >, 0);
  return g_strconcat (beginning, "-", slug, NULL);
}
