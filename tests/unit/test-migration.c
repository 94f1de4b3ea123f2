/* SPDX-License-Identifier: MIT */
/* Promises of core/config/migration.c, core/mail/layout.c and core/io/relocation.c. */
#include "migration-fixture.h"

static void
start (Installation *self)
{
  g_autoptr (GError) error = NULL;

  installation_start (self, AIMX_MAIL_STORE_CHANGE, NULL, &error);
  g_assert_no_error (error);
}

/* Asserts that the server does not start and says why; returns its words. */
static char *
refuse (Installation *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (installation_start (self, AIMX_MAIL_STORE_CHANGE, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "upgrade migration failed: "));
  return g_strdup (error->message);
}

static void
remove_entry (Installation *self, const char *path)
{
  g_autofree char *full = g_build_filename (self->scratch, path, NULL);

  nftw (full, scratch_directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void
move_entry (Installation *self, const char *from, const char *to)
{
  g_autofree char *old = g_build_filename (self->scratch, from, NULL);
  g_autofree char *new = g_build_filename (self->scratch, to, NULL);
  g_autofree char *parent = g_path_get_dirname (new);

  g_assert_no_errno (g_mkdir_with_parents (parent, 0755));
  g_assert_no_errno (g_rename (old, new));
}

/* ---- what happens ---- */

static void
test_everything_moves_and_nothing_else_changes (Installation *self, gconstpointer data)
{
  g_autoptr (AimxConfig) config = NULL;

  g_assert_true (installation_start (self, AIMX_MAIL_STORE_CHANGE, &config, NULL));
  assert_migrated (self);
  g_assert_nonnull (aimx_config_get_mailbox (config, "info@a.com"));
  start (self);
  assert_migrated (self);
}

static void
test_a_fresh_installation_is_only_marked (Installation *self, gconstpointer data)
{
  remove_entry (self, "data");
  remove_entry (self, "etc/dkim");
  scratch_write (self->scratch, "etc/config.toml", migrated_config);
  start (self);
  assert_entries (self, "data", ".layout-version .lock .spool");
  assert_text (self, "data/.layout-version", "2\n");
  assert_text (self, "etc/config.toml", migrated_config);
}

/* Each sign alone is one: what there is moves, and what is not there is not missed. */
static void
test_each_sign_is_enough (Installation *self, gconstpointer data)
{
  static const char listed[] = "domains = [\"a.com\", \"b.com\"]\n";
  static const struct
  {
    const char *kept; /* of the old layout */
    const char *config;
    const char *moved; /* what is there afterwards */
    const char *config_after;
  } cases[] = {
    { "data/inbox", listed, "data/a.com/inbox", listed },
    { "data/sent", listed, "data/a.com/sent", listed },
    { "etc/dkim/private.key", listed, "etc/dkim/a.com/private.key", listed },
    { "etc/dkim/public.key", listed, "etc/dkim/a.com/public.key", listed },
    { NULL, "domain = \"A.com\"\n", NULL, "domains = [\"A.com\"]\n" },
    { NULL, "domains = [\"a.com\"]\nmailboxes.x = { address = \"y@a.com\", owner = \"z\" }\n", NULL,
      "domains = [\"a.com\"]\nmailboxes.\"y@a.com\" = { address = \"y@a.com\", owner = \"z\" }\n" },
  };
  static const char *const old[] = { "data/inbox", "data/sent", "etc/dkim/private.key", "etc/dkim/public.key" };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Installation one;

      installation_set_up (&one, NULL);
      scratch_write (one.scratch, "etc/config.toml", cases[i].config);
      for (gsize n = 0; n < G_N_ELEMENTS (old); n++)
        if (g_strcmp0 (cases[i].kept, old[n]) != 0)
          remove_entry (&one, old[n]);
      start (&one);
      for (gsize n = 0; n < G_N_ELEMENTS (old); n++)
        g_assert_false (scratch_exists (one.scratch, old[n]));
      g_assert_true (cases[i].moved == NULL || scratch_exists (one.scratch, cases[i].moved));
      assert_text (&one, "etc/config.toml", cases[i].config_after);
      assert_text (&one, "data/.layout-version", "2\n");
      installation_tear_down (&one, NULL);
    }
}

static void
test_a_start_goes_on_where_another_stopped (Installation *self, gconstpointer data)
{
  static const char *const steps[][2] = {
    { "data/inbox", "data/a.com/inbox" },
    { "data/sent", "data/a.com/sent" },
    { "etc/dkim/private.key", "etc/dkim/a.com/private.key" },
    { "etc/dkim/public.key", "etc/dkim/a.com/public.key" },
  };

  for (gsize done = 0; done <= G_N_ELEMENTS (steps) + 1; done++)
    {
      Installation one;

      installation_set_up (&one, NULL);
      for (gsize i = 0; i < MIN (done, G_N_ELEMENTS (steps)); i++)
        move_entry (&one, steps[i][0], steps[i][1]);
      if (done > G_N_ELEMENTS (steps))
        scratch_write (one.scratch, "etc/config.toml", migrated_config);
      start (&one);
      assert_text (&one, "etc/config.toml", migrated_config);
      assert_entries (&one, "data", ".layout-version .lock .spool a.com");
      assert_entries (&one, "data/a.com", "inbox sent");
      assert_entries (&one, "etc/dkim/a.com", "private.key public.key");
      installation_tear_down (&one, NULL);
    }
}

static void
test_a_marked_directory_only_gets_its_keys_renamed (Installation *self, gconstpointer data)
{
  scratch_write (self->scratch, "data/.layout-version", " 2 \n");
  scratch_write (self->scratch, "etc/config.toml",
                 "domain = \"a.com\" # kept\n"
                 "[mailboxes.x] # the mailbox\n"
                 "address = \"y@a.com\"\n"
                 "owner = \"z\"\n");
  start (self);
  assert_text (self, "etc/config.toml",
               "domain = \"a.com\" # kept\n"
               "[mailboxes.\"y@a.com\"] # the mailbox\n"
               "address = \"y@a.com\"\n"
               "owner = \"z\"\n");
  assert_entries (self, "data", ".layout-version .lock .spool inbox sent");
  assert_entries (self, "etc/dkim", "private.key public.key");
  assert_text (self, "data/.layout-version", " 2 \n");
}

static void
test_the_access_to_the_configuration_stays (Installation *self, gconstpointer data)
{
  g_autofree char *file = g_build_filename (self->scratch, "etc/config.toml", NULL);

  g_assert_no_errno (g_chmod (file, 0604));
  start (self);
  assert_mode (self, "etc/config.toml", 0604);
}

/* ---- what is refused ---- */

static void
test_a_strange_marker_is_refused_and_named (Installation *self, gconstpointer data)
{
  static const char *const contents[][2] = { { "3\n", "holds \"3\"" }, { "", "holds \"\"" }, { "2\n2", "2\\n2" } };
  g_autofree char *linked = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *words = NULL;

      scratch_write (self->scratch, "data/.layout-version", contents[i][0]);
      words = refuse (self);
      g_assert_nonnull (strstr (words, "/data/.layout-version"));
      g_assert_nonnull (strstr (words, contents[i][1]));
    }
  remove_entry (self, "data/.layout-version");
  scratch_link (self->scratch, "../etc/config.toml", "data/.layout-version");
  linked = refuse (self);
  g_assert_nonnull (strstr (linked, ".layout-version"));
  assert_entries (self, "data", ".layout-version .lock .spool inbox sent");
}

static void
test_a_conflict_is_found_before_anything_moves (Installation *self, gconstpointer data)
{
  static const char *const there[][2] = {
    { "data/a.com/inbox/x.md", "/data/a.com/inbox: both are there" },
    { "data/a.com/sent/x.md", "/data/a.com/sent: both are there" },
    { "etc/dkim/a.com/private.key", "/dkim/a.com/private.key: both are there" },
    { "etc/dkim/a.com/public.key", "/dkim/a.com/public.key: both are there" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (there); i++)
    {
      Installation one;
      g_autofree char *words = NULL;

      installation_set_up (&one, NULL);
      scratch_write (one.scratch, there[i][0], "other");
      words = refuse (&one);
      g_assert_nonnull (strstr (words, there[i][1]));
      assert_text (&one, "etc/config.toml", single_config);
      assert_text (&one, "etc/dkim/private.key", "private");
      assert_text (&one, "etc/dkim/public.key", "public");
      assert_text (&one, "data/inbox/info/one.md", "one");
      assert_text (&one, "data/sent/info/two.md", "two");
      assert_text (&one, there[i][0], "other");
      g_assert_false (scratch_exists (one.scratch, "data/.layout-version"));
      installation_tear_down (&one, NULL);
    }
}

static void
test_links_do_not_move (Installation *self, gconstpointer data)
{
  g_autofree char *mail = NULL;
  g_autofree char *keys = NULL;

  move_entry (self, "data/inbox", "elsewhere");
  scratch_link (self->scratch, "../elsewhere", "data/inbox");
  mail = refuse (self);
  g_assert_nonnull (strstr (mail, "data/inbox cannot become"));
  g_assert_nonnull (strstr (mail, "not a directory"));
  remove_entry (self, "data/inbox");
  move_entry (self, "etc/dkim/private.key", "private");
  scratch_link (self->scratch, "../../private", "etc/dkim/private.key");
  keys = refuse (self);
  g_assert_nonnull (strstr (keys, "not a regular file"));
  g_assert_true (scratch_exists (self->scratch, "data/sent"));
}

static void
test_a_reader_is_told_what_to_start (Installation *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (installation_start (self, AIMX_MAIL_STORE_READ, NULL, &error));
  g_assert_nonnull (strstr (error->message, "start `aimx serve` once"));
  assert_entries (self, "data", "inbox sent");
  start (self);
  g_assert_true (installation_start (self, AIMX_MAIL_STORE_READ, NULL, NULL));
}

#define ADD(name, func)                                                                                                \
  g_test_add ("/migration/" name, Installation, NULL, installation_set_up, func, installation_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("moves", test_everything_moves_and_nothing_else_changes);
  ADD ("fresh", test_a_fresh_installation_is_only_marked);
  ADD ("signs", test_each_sign_is_enough);
  ADD ("resumes", test_a_start_goes_on_where_another_stopped);
  ADD ("rekeys", test_a_marked_directory_only_gets_its_keys_renamed);
  ADD ("access", test_the_access_to_the_configuration_stays);
  ADD ("marker", test_a_strange_marker_is_refused_and_named);
  ADD ("conflict", test_a_conflict_is_found_before_anything_moves);
  ADD ("links", test_links_do_not_move);
  ADD ("reader", test_a_reader_is_told_what_to_start);
  return g_test_run ();
}
