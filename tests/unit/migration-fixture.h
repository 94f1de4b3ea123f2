/* SPDX-License-Identifier: MIT */
/* An installation with the layout for a single domain, and what has to become of it. */
#pragma once

#include "config/migration.h"
#include "scratch-directory.h"

#include <aimx/error.h>
#include <string.h>

static const char single_config[] = "# My server\n"
                                    "domain = \"a.com\"  # the only one\n"
                                    "colour = 'blue'\n"
                                    "\n"
                                    "# for everybody\n"
                                    "[mailboxes.info]\n"
                                    "address = \"info@A.com\"\n"
                                    "owner = \"alice\"   # Alice\n"
                                    "\n"
                                    "[[mailboxes.info.hooks]]\n"
                                    "event = \"on_receive\"\n"
                                    "cmd = [ \"/bin/true\" ]\n"
                                    "\n"
                                    "[mailboxes.catchall]\n"
                                    "address = \"*@a.com\"\n"
                                    "owner = \"aimx-catchall\"\n";

static const char migrated_config[] = "# My server\n"
                                      "domains = [\"a.com\"]  # the only one\n"
                                      "colour = 'blue'\n"
                                      "\n"
                                      "# for everybody\n"
                                      "[mailboxes.\"info@a.com\"]\n"
                                      "address = \"info@A.com\"\n"
                                      "owner = \"alice\"   # Alice\n"
                                      "\n"
                                      "[[mailboxes.\"info@a.com\".hooks]]\n"
                                      "event = \"on_receive\"\n"
                                      "cmd = [ \"/bin/true\" ]\n"
                                      "\n"
                                      "[mailboxes.\"*@a.com\"]\n"
                                      "address = \"*@a.com\"\n"
                                      "owner = \"aimx-catchall\"\n";

typedef struct
{
  ScratchDirectory *scratch;
} Installation;

static inline void
installation_set_up (Installation *self, gconstpointer data)
{
  self->scratch = scratch_directory_new ();
  scratch_write (self->scratch, "etc/config.toml", single_config);
  scratch_write (self->scratch, "etc/dkim/private.key", "private");
  scratch_write (self->scratch, "etc/dkim/public.key", "public");
  scratch_write (self->scratch, "data/inbox/info/one.md", "one");
  scratch_write (self->scratch, "data/sent/info/two.md", "two");
}

static inline void
installation_tear_down (Installation *self, gconstpointer data)
{
  scratch_directory_free (self->scratch);
}

/* Starts as a server does, up to and with the migration; @config: (out) (optional): what is in use then. */
static inline gboolean
installation_start (Installation *self, AimxMailStoreAccess access, AimxConfig **config, GError **error)
{
  g_autofree char *etc = g_build_filename (self->scratch, "etc", NULL);
  g_autofree char *data = g_build_filename (self->scratch, "data", NULL);
  g_autoptr (AimxLockManager) locks = aimx_lock_manager_new ();
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (AimxConfigStore) store = aimx_config_store_open (etc, error);
  g_autoptr (AimxMailStore) mail =
      store != NULL ? aimx_mail_store_open (data, access, 0, store, locks, accounts, error) : NULL;

  if (mail == NULL)
    return FALSE;
  if (access == AIMX_MAIL_STORE_READ)
    return aimx_migration_check (mail, store, error);
  if (!aimx_migrate (mail, store, locks, error))
    return FALSE;
  if (config != NULL)
    *config = aimx_config_store_get (store);
  return TRUE;
}

static inline void
assert_text (Installation *self, const char *path, const char *expected)
{
  g_autofree char *text = scratch_read (self->scratch, path);

  g_assert_cmpstr (text, ==, expected);
}

static inline void
assert_entries (Installation *self, const char *path, const char *expected)
{
  g_autofree char *entries = scratch_list (self->scratch, path);

  g_assert_cmpstr (entries, ==, expected);
}

static inline void
assert_mode (Installation *self, const char *path, mode_t mode)
{
  g_autofree char *full = g_build_filename (self->scratch, path, NULL);
  struct stat info;

  g_assert_no_errno (stat (full, &info));
  g_assert_cmpuint (info.st_mode & ALLPERMS, ==, mode);
}

/* Asserts that everything is in its new place, and nothing in an old one. */
static inline void
assert_migrated (Installation *self)
{
  assert_text (self, "etc/config.toml", migrated_config);
  assert_entries (self, "etc", ".config.toml.lock config.toml dkim");
  assert_entries (self, "etc/dkim", "a.com");
  assert_mode (self, "etc/dkim/a.com", 0700);
  assert_text (self, "etc/dkim/a.com/private.key", "private");
  assert_text (self, "etc/dkim/a.com/public.key", "public");
  assert_entries (self, "data", ".layout-version .lock .spool a.com");
  assert_mode (self, "data/a.com", 0755);
  assert_text (self, "data/a.com/inbox/info/one.md", "one");
  assert_text (self, "data/a.com/sent/info/two.md", "two");
  assert_text (self, "data/.layout-version", "2\n");
  assert_mode (self, "data/.layout-version", 0644);
}
