/* SPDX-License-Identifier: MIT */
/* Promises of modules/mailbox: who may do what to mailboxes, what it does, and how it fails. */
#include "mailbox/verbs.h"
#include "verb-fixture.h"

#define INFO "info@a.test"

#define CREATE "MAILBOX-CREATE"
#define DELETE "MAILBOX-DELETE"
#define LIST   "MAILBOX-LIST"
#define SHOW   "MAILBOX-SHOW"

static const char config[] = "# mine\n"
                             "domains = [\"a.test\", \"b.test\"]\n"
                             "trust = \"verified\"\n"
                             "\n"
                             "[domain.\"b.test\"]\n"
                             "trusted_senders = [\"*@friend.test\"]\n"
                             "\n"
                             "# the first\n"
                             "[mailboxes.\"info@a.test\"]\n"
                             "address = \"info@a.test\"\n"
                             "owner = \"OWNER\" # me\n"
                             "[[mailboxes.\"info@a.test\".hooks]]\n"
                             "name = \"z\"\n"
                             "event = \"on_receive\"\n"
                             "cmd = [\"/bin/true\", \"-x\"]\n"
                             "fire_on_untrusted = true\n"
                             "[[mailboxes.\"info@a.test\".hooks]]\n"
                             "name = \"y\"\n"
                             "event = \"after_send\"\n"
                             "cmd = [\"/bin/true\"]\n"
                             "timeout_secs = 5\n"
                             "\n"
                             "[mailboxes.\"*@a.test\"]\n"
                             "address = \"*@a.test\"\n"
                             "owner = \"OWNER\"\n"
                             "\n"
                             "[mailboxes.\"gone@b.test\"]\n"
                             "address = \"gone@b.test\"\n"
                             "owner = \"no-such-user\"\n"
                             "trust = \"none\"\n";

static void
set_up (VerbFixture *fixture, gconstpointer data)
{
  static const AimxVerbSpec *const verbs[] = { &mailbox_create_verb, &mailbox_delete_verb, &mailbox_list_verb,
                                               &mailbox_show_verb, NULL };

  verb_fixture_init (fixture, verbs, config);
}

static void
tear_down (VerbFixture *fixture, gconstpointer data)
{
  verb_fixture_clear (fixture);
}

static void
create (VerbFixture *fixture, const char *name)
{
  verb_assert_ok (fixture, 0, CREATE, HEADERS ("Name", name, "Owner", verb_owner ()));
}

static void
assert_mailbox_directory (VerbFixture *fixture, const char *path)
{
  g_autofree char *full = g_build_filename (fixture->scratch, path, NULL);
  struct stat info;

  g_assert_no_errno (lstat (full, &info));
  g_assert_cmpuint (info.st_mode, ==, S_IFDIR | 0700);
  g_assert_cmpuint (info.st_uid, ==, verb_owner_uid ());
}

/* ---- creating ---- */

static void
test_root_creates_for_whom_it_names (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = scratch_read (fixture->scratch, "etc/config.toml");
  g_autofree char *expected =
      g_strdup_printf ("%s\n[mailboxes.\"new.box@b.test\"]\naddress = \"new.box@b.test\"\nowner = \"%s\"\n", before,
                       verb_owner ());
  g_autofree char *after = NULL;

  create (fixture, "new.box@B.test");
  after = scratch_read (fixture->scratch, "etc/config.toml");
  g_assert_cmpstr (after, ==, expected);
  assert_mailbox_directory (fixture, "data/b.test/inbox/new.box");
  assert_mailbox_directory (fixture, "data/b.test/sent/new.box");
  g_assert_true (verb_mailbox_is_configured (fixture, "new.box@b.test"));
  verb_assert_events (fixture, "mailbox-added new.box@b.test\n");
  verb_fixture_restart (fixture);
  g_assert_true (verb_mailbox_is_configured (fixture, "new.box@b.test"));
}

static void
test_others_create_for_themselves_whomever_they_name (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *owner = g_strdup_printf ("address = \"mine@a.test\"\nowner = \"%s\"\n", verb_owner ());

  verb_assert_ok (fixture, verb_owner_uid (), CREATE, HEADERS ("Name", "mine", "Owner", "daemon"));
  verb_assert_config_has (fixture, owner, TRUE);
  verb_assert_ok (fixture, verb_owner_uid (), CREATE, HEADERS ("Name", "mine2", "Owner", "../not a user"));
  verb_assert_fails (fixture, STRANGER, CREATE, HEADERS ("Name", "x", "Owner", verb_owner ()), "VALIDATION",
                     "no user name");
}

static void
test_what_is_no_name_is_refused (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (64, 'a');
  g_autofree char *longer = g_strnfill (65, 'a');
  const char *const wrong[] = { "Info",
                                "a b",
                                "a..b",
                                ".a",
                                "a.",
                                "catchall",
                                "aimx-catchall",
                                "*",
                                "ä",
                                "catchall@a.test",
                                "*@b.test",
                                "a/b",
                                "..",
                                "@a.test",
                                "a+b",
                                "a@b",
                                "a@b@a.test",
                                "x@bad one",
                                "X@other.test",
                                longer };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      gboolean unknown = strcmp (wrong[i], "a@b") == 0 || strcmp (wrong[i], "x@bad one") == 0;
      g_autofree char *words = verb_fail (fixture, 0, CREATE, HEADERS ("Name", wrong[i], "Owner", verb_owner ()),
                                          unknown ? "DOMAIN" : "VALIDATION");
    }
  create (fixture, longest);
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "x@other.test", "Owner", verb_owner ()), "DOMAIN",
                     "'other.test' is not configured");
}

static void
test_an_owner_must_be_a_user (VerbFixture *fixture, gconstpointer data)
{
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "x"), "VALIDATION", "owner is missing");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "x", "Owner", "A user"), "MALFORMED", "'A user'");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "x", "Owner", "no-such-user"), "VALIDATION",
                     "no user 'no-such-user'");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "x", "Owner", "root"), "VALIDATION", "root cannot own");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "x", "Owner", verb_owner (), "Force", "true"), "MALFORMED",
                     "'Force'");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Owner", verb_owner ()), "MALFORMED", "'Name'");
  verb_assert_config_has (fixture, "x@a.test", FALSE);
  g_assert_false (verb_has (fixture, "data/a.test/inbox"));
}

static void
test_what_exists_is_not_created_again (VerbFixture *fixture, gconstpointer data)
{
  const char *const again[] = { "info", "info@a.test", "info@A.TEST" };

  for (gsize i = 0; i < G_N_ELEMENTS (again); i++)
    verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", again[i], "Owner", verb_owner ()), "MAILBOX",
                       "'info@a.test' exists already");
  /* An unknown account does not hide that. */
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "info", "Owner", "no-such-user"), "MAILBOX", "exists");
}

static void
test_directories_that_are_there_are_used_when_they_are_the_owners (VerbFixture *fixture, gconstpointer data)
{
  verb_put_message (fixture, "a.test/inbox/old", "one", FALSE);
  if (geteuid () == 0)
    {
      /* Of the owner, but not of the owner's group. */
      verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "old", "Owner", verb_owner ()), "ECONFLICT", "chown -hR");
      g_assert_false (verb_has (fixture, "data/a.test/sent/old"));
      g_assert_true (verb_has (fixture, "data/a.test/inbox/old/one.md"));
      verb_assert_config_has (fixture, "old@a.test", FALSE);
    }
  else
    {
      create (fixture, "old");
      g_assert_true (verb_has (fixture, "data/a.test/inbox/old/one.md"));
    }
  scratch_write (fixture->scratch, "data/b.test/sent/file", "x");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "file@b.test", "Owner", verb_owner ()), "ECONFLICT",
                     "sent/file");
  g_assert_false (verb_has (fixture, "data/b.test/inbox/file"));
  verb_assert_config_has (fixture, "file@b.test", FALSE);
}

static void
test_a_broken_file_is_not_written_to (VerbFixture *fixture, gconstpointer data)
{
  verb_fixture_write_config (fixture, "domains = [\n");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "x", "Owner", verb_owner ()), "VALIDATION", "line 1");
  g_assert_false (verb_has (fixture, "data/a.test/inbox/x"));
  verb_put_message (fixture, "a.test/inbox/info", "one", FALSE);
  verb_assert_fails (fixture, 0, DELETE, HEADERS ("Name", "info", "Force", "true"), "VALIDATION", "line 1");
  g_assert_true (verb_has (fixture, "data/a.test/inbox/info/one.md"));
}

static void
test_an_edit_by_hand_survives_and_counts (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *text = scratch_read (fixture->scratch, "etc/config.toml");
  g_autofree char *edited =
      g_strconcat ("# by hand\n", text, "[mailboxes.\"hand@a.test\"]\naddress = \"hand@a.test\"\nowner = \"daemon\"\n",
                   NULL);

  verb_fixture_write_config (fixture, edited);
  if (strcmp (verb_owner (), "daemon") != 0)
    verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "hand", "Owner", verb_owner ()), "MAILBOX", "aimx reload");
  g_assert_false (verb_has (fixture, "data/a.test/inbox/hand"));
  create (fixture, "x");
  verb_assert_config_has (fixture, "# by hand\n", TRUE);
  g_assert_true (verb_mailbox_is_configured (fixture, "hand@a.test"));
}

static void
test_what_was_taken_out_by_hand_is_there_until_a_reload (VerbFixture *fixture, gconstpointer data)
{
  create (fixture, "new");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "new", "Owner", verb_owner ()), "MAILBOX", "exists already");
  verb_fixture_write_config (fixture, "domains = [\"a.test\"]\n");
  verb_assert_fails (fixture, 0, CREATE, HEADERS ("Name", "new", "Owner", verb_owner ()), "MAILBOX", "aimx reload");
}

static void
test_mailboxes_in_braces_come_and_go (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = g_strdup_printf ("domains = [\"a.test\"]\n"
                                             "mailboxes = {\"info@a.test\".address = \"info@a.test\", "
                                             "\"info@a.test\".owner = \"%s\"} # all\n",
                                             verb_owner ());
  g_autofree char *after =
      g_strdup_printf ("domains = [\"a.test\"]\n"
                       "mailboxes = {\"new@a.test\" = { address = \"new@a.test\", owner = \"%s\" } "
                       "} # all\n",
                       verb_owner ());
  g_autofree char *text = NULL;

  verb_fixture_write_config (fixture, before);
  create (fixture, "new");
  verb_put_message (fixture, "a.test/inbox/info", "one", FALSE);
  verb_assert_ok (fixture, 0, DELETE, HEADERS ("Name", "info", "Force", "true"));
  g_assert_false (verb_mailbox_is_configured (fixture, INFO));
  text = scratch_read (fixture->scratch, "etc/config.toml");
  g_assert_cmpstr (text, ==, after);
}

/* ---- deleting ---- */

static void
test_an_empty_mailbox_goes_with_its_directories (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = scratch_read (fixture->scratch, "etc/config.toml");
  g_autofree char *after = NULL;

  create (fixture, "new");
  verb_assert_ok (fixture, verb_owner_uid (), DELETE, HEADERS ("Name", "new"));
  after = scratch_read (fixture->scratch, "etc/config.toml");
  g_assert_cmpstr (after, ==, before);
  g_assert_false (verb_has (fixture, "data/a.test/inbox/new"));
  g_assert_false (verb_has (fixture, "data/a.test/sent/new"));
  verb_assert_events (fixture, "mailbox-added new@a.test\nmailbox-removed new@a.test\n");
  verb_assert_fails (fixture, 0, DELETE, HEADERS ("Name", "new"), "MAILBOX", "mailbox 'new' does not exist");
  /* Directories need not be there at all. */
  verb_assert_ok (fixture, 0, DELETE, HEADERS ("Name", INFO, "Force", "false"));
  verb_assert_config_has (fixture, "[mailboxes.\"info@a.test\"", FALSE);
  verb_assert_config_has (fixture, "# the first", FALSE);
  verb_assert_config_has (fixture, "# mine", TRUE);
}

static void
test_a_mailbox_with_mail_goes_only_by_force (VerbFixture *fixture, gconstpointer data)
{
  verb_put_message (fixture, "a.test/inbox/info", "one", FALSE);
  verb_put_message (fixture, "a.test/inbox/info/two", "two", FALSE);
  scratch_write (fixture->scratch, "data/a.test/sent/info/stray", "x");
  scratch_write (fixture->scratch, "outside", "x");
  scratch_link (fixture->scratch, "../../../../outside", "data/a.test/inbox/info/link");
  verb_assert_fails (fixture, 0, DELETE, HEADERS ("Name", "info"), "NONEMPTY", "inbox has 3 and sent has 1 entries");
  verb_assert_config_has (fixture, "info@a.test", TRUE);
  verb_assert_ok (fixture, verb_owner_uid (), DELETE, HEADERS ("Name", "info", "Force", "true"));
  g_assert_false (verb_has (fixture, "data/a.test/inbox/info"));
  g_assert_false (verb_has (fixture, "data/a.test/sent/info"));
  g_assert_true (verb_has (fixture, "outside"));
  g_assert_true (verb_has (fixture, "data/a.test/inbox"));
  g_assert_false (verb_mailbox_is_configured (fixture, INFO));
}

static void
test_somebody_elses_mailbox_answers_like_a_missing_one (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *others = verb_fail (fixture, STRANGER, DELETE, HEADERS ("Name", "info", "Force", "true"), "MAILBOX");
  g_autofree char *catchall = verb_fail (fixture, STRANGER, DELETE, HEADERS ("Name", "*@a.test"), "MAILBOX");

  g_assert_cmpstr (others, ==, "mailbox 'info' does not exist");
  g_assert_cmpstr (catchall, ==, "mailbox '*@a.test' does not exist");
  verb_assert_fails (fixture, 0, DELETE, HEADERS ("Name", "nobody"), "MAILBOX", "mailbox 'nobody' does not exist");
  /* An owner without an account is nobody. */
  verb_assert_fails (fixture, STRANGER, DELETE, HEADERS ("Name", "gone@b.test"), "MAILBOX", "does not exist");
  verb_assert_fails (fixture, STRANGER, SHOW, HEADERS ("Mailbox", "info"), "ENOENT", "mailbox 'info' does not exist");
  verb_assert_fails (fixture, 0, SHOW, HEADERS ("Mailbox", "x"), "ENOENT", "mailbox 'x' does not exist");
  g_assert_true (verb_mailbox_is_configured (fixture, INFO));
}

static void
test_a_catchall_stays (VerbFixture *fixture, gconstpointer data)
{
  const char *const names[] = { "catchall", "*@a.test", "*@A.test" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      verb_assert_fails (fixture, 0, DELETE, HEADERS ("Name", names[i], "Force", "true"), "MAILBOX", "is the catchall");
      verb_assert_fails (fixture, verb_owner_uid (), DELETE, HEADERS ("Name", names[i]), "MAILBOX", "is the catchall");
    }
  verb_assert_fails (fixture, 0, DELETE, HEADERS ("Name", "info", "Force", "yes"), "MALFORMED", "'Force'");
}

static void
test_what_was_taken_out_by_hand_counts_as_deleted (VerbFixture *fixture, gconstpointer data)
{
  create (fixture, "new");
  verb_fixture_write_config (fixture, "domains = [\"a.test\"]\n");
  verb_assert_ok (fixture, 0, DELETE, HEADERS ("Name", "new"));
  g_assert_false (verb_mailbox_is_configured (fixture, "new@a.test"));
  g_assert_false (verb_has (fixture, "data/a.test/inbox/new"));
}

static void
test_what_was_given_away_by_hand_is_not_deleted (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *before = scratch_read (fixture->scratch, "etc/config.toml");
  g_autofree char *mine = g_strconcat ("owner = \"", verb_owner (), "\"", NULL);
  g_auto (GStrv) parts = g_strsplit (before, mine, 2);
  g_autofree char *given = g_strconcat (parts[0], "owner = \"somebody\"", parts[1], NULL);
  g_autofree char *after = NULL;

  verb_put_message (fixture, "a.test/inbox/info", "one", FALSE);
  verb_fixture_write_config (fixture, given);
  verb_assert_fails (fixture, verb_owner_uid (), DELETE, HEADERS ("Name", INFO, "Force", "true"), "ECONFLICT",
                     "aimx reload");
  verb_assert_fails (fixture, 0, DELETE, HEADERS ("Name", INFO, "Force", "true"), "ECONFLICT", "aimx reload");
  g_assert_true (verb_has (fixture, "data/a.test/inbox/info/one.md"));
  after = scratch_read (fixture->scratch, "etc/config.toml");
  g_assert_cmpstr (after, ==, given);
}

/* ---- showing ---- */

static JsonObject *
row (JsonNode *list, guint index)
{
  return json_array_get_object_element (json_node_get_array (list), index);
}

static void
assert_member (JsonObject *object, const char *name, const char *expected)
{
  g_autofree char *text = json_to_string (json_object_get_member (object, name), FALSE);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_root_lists_everything_sorted (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *inbox = g_strconcat ("\"", fixture->scratch, "/data/a.test/inbox/info\"", NULL);
  g_autofree char *sent = g_strconcat ("\"", fixture->scratch, "/data/a.test/sent/info\"", NULL);
  g_autofree char *owner = g_strconcat ("\"", verb_owner (), "\"", NULL);
  g_autoptr (JsonNode) list = NULL;

  verb_put_message (fixture, "a.test/inbox/info", "one", FALSE);
  verb_put_message (fixture, "a.test/inbox/info", "two", TRUE);
  verb_put_message (fixture, "a.test/sent/info", "three", FALSE);
  scratch_write (fixture->scratch, "data/a.test/sent/stray/x.md", "x");
  list = verb_call_json (fixture, 0, LIST, NULL);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (list)), ==, 4);
  assert_member (row (list, 0), "name", "\"*@a.test\"");
  assert_member (row (list, 1), "name", "\"gone@b.test\"");
  assert_member (row (list, 1), "owner", "\"no-such-user\"");
  assert_member (row (list, 2), "name", "\"info@a.test\"");
  assert_member (row (list, 2), "address", "\"info@a.test\"");
  assert_member (row (list, 2), "inbox_path", inbox);
  assert_member (row (list, 2), "sent_path", sent);
  assert_member (row (list, 2), "total", "2");
  assert_member (row (list, 2), "unread", "1");
  assert_member (row (list, 2), "sent_count", "1");
  assert_member (row (list, 2), "owner", owner);
  assert_member (row (list, 2), "registered", "true");
  g_assert_cmpuint (json_object_get_size (row (list, 2)), ==, 9);
  assert_member (row (list, 3), "name", "\"stray@a.test\"");
  assert_member (row (list, 3), "address", "null");
  assert_member (row (list, 3), "owner", "null");
  assert_member (row (list, 3), "registered", "false");
  assert_member (row (list, 3), "sent_count", "1");
}

static void
test_a_mailbox_that_cannot_be_read_hides_no_other (VerbFixture *fixture, gconstpointer data)
{
  g_autofree char *inbox = g_build_filename (fixture->scratch, "data/a.test/inbox/info", NULL);
  g_autoptr (JsonNode) list = NULL;

  verb_put_message (fixture, "b.test/inbox/gone", "one", FALSE);
  verb_put_message (fixture, "a.test/inbox/info", "one", FALSE);
  nftw (inbox, scratch_directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  scratch_link (fixture->scratch, "/etc", "data/a.test/inbox/info");
  list = verb_call_json (fixture, 0, LIST, NULL);
  assert_member (row (list, 1), "name", "\"gone@b.test\"");
  assert_member (row (list, 1), "total", "1");
  g_assert_false (json_object_has_member (row (list, 1), "problem"));
  assert_member (row (list, 2), "name", "\"info@a.test\"");
  assert_member (row (list, 2), "total", "0");
  g_assert_nonnull (strstr (json_object_get_string_member (row (list, 2), "problem"), "inbox/info"));
}

static void
test_others_list_what_is_theirs (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) strangers = NULL;
  g_autoptr (JsonNode) owners = NULL;

  verb_put_message (fixture, "a.test/inbox/stray", "one", FALSE);
  strangers = verb_call_json (fixture, STRANGER, LIST, NULL);
  owners = verb_call_json (fixture, verb_owner_uid (), LIST, NULL);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (strangers)), ==, 0);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (owners)), ==, 3);
  assert_member (row (owners, 2), "name", "\"stray@a.test\"");
  verb_assert_fails (fixture, 0, LIST, HEADERS ("Owner", "x"), "MALFORMED", "no headers");
  verb_assert_fails (fixture, 0, LIST, HEADERS ("Content-Length", "0"), "MALFORMED", "no headers");
}

static void
test_show_says_what_is_inherited_and_from_where (VerbFixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) info = verb_call_json (fixture, verb_owner_uid (), SHOW, HEADERS ("Mailbox", "info"));
  g_autoptr (JsonNode) gone = verb_call_json (fixture, 0, SHOW, HEADERS ("Mailbox", "gone@b.test"));
  JsonObject *object = json_node_get_object (info);

  g_assert_cmpuint (json_object_get_size (object), ==, 13);
  assert_member (object, "name", "\"info@a.test\"");
  assert_member (object, "address", "\"info@a.test\"");
  assert_member (object, "owner_exists", "true");
  assert_member (object, "trust", "\"verified\"");
  assert_member (object, "trust_source", "\"global\"");
  assert_member (object, "trusted_senders", "[]");
  assert_member (object, "hooks",
                 "[{\"name\":\"y\",\"mailbox\":\"info@a.test\",\"event\":\"after_send\",\"cmd\":[\"/bin/true\"],"
                 "\"fire_on_untrusted\":false,\"timeout_secs\":5},"
                 "{\"name\":\"z\",\"mailbox\":\"info@a.test\",\"event\":\"on_receive\",\"cmd\":[\"/bin/true\",\"-x\"],"
                 "\"fire_on_untrusted\":true,\"timeout_secs\":60}]");
  assert_member (object, "total", "0");
  object = json_node_get_object (gone);
  assert_member (object, "owner_exists", "false");
  assert_member (object, "trust", "\"none\"");
  assert_member (object, "trust_source", "\"mailbox\"");
  assert_member (object, "trusted_senders", "[\"*@friend.test\"]");
}

/* ---- many at once ---- */

typedef struct
{
  guint n_pending;
  guint n_done;
} Crowd;

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AimxResponse) response = aimx_server_call_finish (AIMX_SERVER (source), result);
  const GError *error = aimx_response_get_error (response);
  Crowd *crowd = user_data;

  crowd->n_pending--;
  crowd->n_done += error == NULL;
  if (error != NULL)
    g_assert_error (error, AIMX_ERROR, AIMX_ERROR_MAILBOX);
}

static void
join (VerbFixture *fixture, Crowd *crowd, const char *verb, const char *name)
{
  g_autoptr (AimxCaller) root = aimx_caller_new (0, 0, 1);
  gboolean creates = strcmp (verb, CREATE) == 0;
  g_autoptr (AimxRequest) request =
      aimx_request_new (root, verb, creates ? HEADERS ("Name", name, "Owner", verb_owner ()) : HEADERS ("Name", name),
                        NULL);

  crowd->n_pending++;
  aimx_server_call_async (fixture->server, request, on_answer, crowd);
}

static void
wait_for (Crowd *crowd)
{
  while (crowd->n_pending > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_of_many_who_want_one_name_one_gets_it (VerbFixture *fixture, gconstpointer data)
{
  Crowd creators = { 0 }, deleters = { 0 };

  for (int i = 0; i < 20; i++)
    join (fixture, &creators, CREATE, "one");
  wait_for (&creators);
  g_assert_cmpuint (creators.n_done, ==, 1);
  for (int i = 0; i < 20; i++)
    join (fixture, &deleters, DELETE, "one");
  wait_for (&deleters);
  g_assert_cmpuint (deleters.n_done, ==, 1);
}

static void
test_coming_and_going_at_once_leaves_what_was_answered (VerbFixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "one", "two", "three" };
  Crowd creators[3] = { 0 }, deleters[3] = { 0 };

  for (guint i = 0; i < 60; i++)
    join (fixture, i % 2 == 0 ? &creators[i % 3] : &deleters[i % 3], i % 2 == 0 ? CREATE : DELETE, names[i % 3]);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *fqdn = g_strconcat (names[i], "@a.test", NULL);
      g_autofree char *inbox = g_strconcat ("data/a.test/inbox/", names[i], NULL);
      gboolean there;

      wait_for (&creators[i]);
      wait_for (&deleters[i]);
      there = creators[i].n_done > deleters[i].n_done;
      g_assert_cmpuint (creators[i].n_done, ==, deleters[i].n_done + (there ? 1 : 0));
      verb_assert_config_has (fixture, fqdn, there);
      g_assert_true (verb_mailbox_is_configured (fixture, fqdn) == there);
      g_assert_true (verb_has (fixture, inbox) == there);
    }
}

#define ADD(name, func) g_test_add ("/mailbox-verbs/" name, VerbFixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("create/root", test_root_creates_for_whom_it_names);
  ADD ("create/own", test_others_create_for_themselves_whomever_they_name);
  ADD ("create/name", test_what_is_no_name_is_refused);
  ADD ("create/owner", test_an_owner_must_be_a_user);
  ADD ("create/exists", test_what_exists_is_not_created_again);
  ADD ("create/by-hand", test_what_was_taken_out_by_hand_is_there_until_a_reload);
  ADD ("create/directories", test_directories_that_are_there_are_used_when_they_are_the_owners);
  ADD ("broken-file", test_a_broken_file_is_not_written_to);
  ADD ("edit-by-hand", test_an_edit_by_hand_survives_and_counts);
  ADD ("braces", test_mailboxes_in_braces_come_and_go);
  ADD ("delete/empty", test_an_empty_mailbox_goes_with_its_directories);
  ADD ("delete/force", test_a_mailbox_with_mail_goes_only_by_force);
  ADD ("delete/hidden", test_somebody_elses_mailbox_answers_like_a_missing_one);
  ADD ("delete/catchall", test_a_catchall_stays);
  ADD ("delete/by-hand", test_what_was_taken_out_by_hand_counts_as_deleted);
  ADD ("delete/given-away", test_what_was_given_away_by_hand_is_not_deleted);
  ADD ("list/root", test_root_lists_everything_sorted);
  ADD ("list/unreadable", test_a_mailbox_that_cannot_be_read_hides_no_other);
  ADD ("list/own", test_others_list_what_is_theirs);
  ADD ("show", test_show_says_what_is_inherited_and_from_where);
  ADD ("many/one-name", test_of_many_who_want_one_name_one_gets_it);
  ADD ("many/mixed", test_coming_and_going_at_once_leaves_what_was_answered);
  return g_test_run ();
}
