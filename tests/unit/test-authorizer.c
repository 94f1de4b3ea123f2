/* SPDX-License-Identifier: MIT */
/* Promises of core/authorizer.c: the table of the protocol, and what the log says of each decision. */
#include "authorizer.h"

#include <aimx/error.h>
#include <pwd.h>

#define MAILBOX "info@agents.test"
#define GHOST   "no-such-user"

typedef struct
{
  GLogLevelFlags level;
  GHashTable *fields;
} Logged;

static Logged last;

static GLogWriterOutput
remember (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  last.level = level & G_LOG_LEVEL_MASK;
  g_hash_table_remove_all (last.fields);
  for (gsize i = 0; i < n_fields; i++)
    g_hash_table_insert (last.fields, g_strdup (fields[i].key),
                         fields[i].length < 0 ? g_strdup (fields[i].value)
                                              : g_strndup (fields[i].value, (gsize) fields[i].length));
  return G_LOG_WRITER_HANDLED;
}

static const char *
field (const char *name)
{
  return g_hash_table_lookup (last.fields, name);
}

static guint
uid_of (const char *user)
{
  const struct passwd *entry = getpwnam (user);

  g_assert_nonnull (entry);
  return entry->pw_uid;
}

static gboolean
decide (guint own_uid, AimxAuthorizerFlags flags, guint uid, AimxAction action, const char *owner)
{
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (AimxAuthorizer) authorizer = aimx_authorizer_new (accounts, own_uid, flags);
  g_autoptr (AimxCaller) caller = aimx_caller_new (uid, uid, 1);
  g_autoptr (GError) error = NULL;
  gboolean may = aimx_authorizer_decide (authorizer, caller, action, "DO-IT", MAILBOX, owner, &error);

  if (may)
    g_assert_no_error (error);
  else
    {
      g_assert_error (error, AIMX_ERROR, AIMX_ERROR_ACCESS);
      g_assert_cmpstr (error->message, ==, "not authorized");
    }
  return may;
}

static void
test_root_may_everything (void)
{
  for (int action = AIMX_ACTION_SYSTEM; action <= AIMX_ACTION_MAILBOX_OWNER; action++)
    {
      g_assert_true (decide (0, 0, 0, action, GHOST));
      g_assert_cmpstr (field ("AIMX_DECISION"), ==, "root_bypass");
      g_assert_cmpint (last.level, ==, G_LOG_LEVEL_INFO);
    }
}

static void
test_anybody_may_what_anybody_may (void)
{
  g_assert_true (decide (0, 0, 0, AIMX_ACTION_ANYBODY, NULL));
  g_assert_cmpstr (field ("AIMX_DECISION"), ==, "accept");
  g_assert_true (decide (0, 0, 4242, AIMX_ACTION_ANYBODY, NULL));
  g_assert_cmpstr (field ("AIMX_DECISION"), ==, "accept");
  g_assert_cmpint (last.level, ==, G_LOG_LEVEL_DEBUG);
}

static void
test_the_owner_may_and_nobody_else (void)
{
  for (int action = AIMX_ACTION_MAILBOX_CREATE; action <= AIMX_ACTION_MAILBOX_OWNER; action++)
    {
      g_assert_true (decide (0, 0, uid_of ("daemon"), action, "daemon"));
      g_assert_cmpstr (field ("AIMX_DECISION"), ==, "accept");
      g_assert_false (decide (0, 0, uid_of ("games"), action, "daemon"));
      g_assert_cmpstr (field ("AIMX_REASON"), ==, "not the owner");
    }
}

static void
test_an_owner_without_an_account_matches_nobody (void)
{
  g_assert_false (decide (0, 0, uid_of ("daemon"), AIMX_ACTION_MAILBOX_OWNER, GHOST));
  g_assert_cmpstr (field ("AIMX_REASON"), ==, "the owner has no account");
  g_assert_false (decide (0, 0, uid_of ("daemon"), AIMX_ACTION_MAILBOX_OWNER, NULL));
}

static void
test_the_system_is_roots_or_that_of_a_daemon_that_is_not (void)
{
  g_assert_false (decide (0, 0, 4242, AIMX_ACTION_SYSTEM, NULL));
  g_assert_cmpstr (field ("AIMX_REASON"), ==, "not root");
  g_assert_true (decide (4242, 0, 4242, AIMX_ACTION_SYSTEM, NULL));
  g_assert_false (decide (4242, 0, 4243, AIMX_ACTION_SYSTEM, NULL));
  /* Its own uid is an owner like others otherwise. */
  g_assert_false (decide (uid_of ("games"), 0, uid_of ("games"), AIMX_ACTION_MAILBOX_OWNER, "daemon"));
}

static void
test_where_the_kernel_decides_only_mailboxes_are_open (void)
{
  const AimxAuthorizerFlags flags = AIMX_AUTHORIZER_KERNEL_DECIDES;

  g_assert_true (decide (4242, flags, 4242, AIMX_ACTION_MAILBOX_OWNER, "daemon"));
  g_assert_false (decide (0, flags, 4242, AIMX_ACTION_SYSTEM, NULL));
  g_assert_false (decide (4242, flags, 4242, AIMX_ACTION_MAILBOX_CREATE, "daemon"));
}

static void
test_a_rejection_is_logged_with_who_what_and_why (void)
{
  g_autofree char *uid = g_strdup_printf ("%u", uid_of ("games"));

  decide (0, 0, uid_of ("games"), AIMX_ACTION_MAILBOX_OWNER, "daemon");
  g_assert_cmpint (last.level, ==, G_LOG_LEVEL_WARNING);
  g_assert_cmpstr (field ("AIMX_VERB"), ==, "DO-IT");
  g_assert_cmpstr (field ("AIMX_UID"), ==, uid);
  g_assert_cmpstr (field ("AIMX_USER"), ==, "games");
  g_assert_cmpstr (field ("AIMX_MAILBOX"), ==, MAILBOX);
  g_assert_cmpstr (field ("AIMX_DECISION"), ==, "reject");
  g_assert_cmpstr (field ("AIMX_REASON"), ==, "not the owner");
  g_assert_cmpstr (field ("MESSAGE"), ==, "reject: DO-IT for games on " MAILBOX ": not the owner");
  g_assert_cmpstr (field ("PRIORITY"), ==, "4");
}

static void
test_listing_asks_without_a_line_in_the_log (void)
{
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (AimxAuthorizer) authorizer = aimx_authorizer_new (accounts, 0, 0);
  g_autoptr (AimxCaller) root = aimx_caller_new (0, 0, 1);
  g_autoptr (AimxCaller) owner = aimx_caller_new (uid_of ("daemon"), 1, 1);

  g_hash_table_remove_all (last.fields);
  g_assert_true (aimx_authorizer_owns (authorizer, root, GHOST));
  g_assert_true (aimx_authorizer_owns (authorizer, owner, "daemon"));
  g_assert_false (aimx_authorizer_owns (authorizer, owner, "games"));
  g_assert_false (aimx_authorizer_owns (authorizer, owner, GHOST));
  g_assert_cmpuint (g_hash_table_size (last.fields), ==, 0);
}

static void
test_a_loop_asks_without_waiting (void)
{
  g_autoptr (AimxAccounts) accounts = aimx_accounts_new ();
  g_autoptr (AimxAuthorizer) authorizer = aimx_authorizer_new (accounts, 4242, 0);
  g_autoptr (AimxCaller) root = aimx_caller_new (0, 0, 1);
  g_autoptr (AimxCaller) owner = aimx_caller_new (uid_of ("daemon"), 1, 1);
  g_autoptr (AimxCaller) own = aimx_caller_new (4242, 1, 1);
  gboolean owns = FALSE;

  g_hash_table_remove_all (last.fields);
  g_assert_true (aimx_authorizer_owns_cached (authorizer, root, "daemon", &owns));
  g_assert_true (owns);
  g_assert_false (aimx_authorizer_owns_cached (authorizer, owner, "daemon", &owns));
  g_assert_false (owns);
  aimx_accounts_lookup (accounts, "daemon", NULL, NULL);
  aimx_accounts_lookup (accounts, GHOST, NULL, NULL);
  g_assert_true (aimx_authorizer_owns_cached (authorizer, owner, "daemon", &owns));
  g_assert_true (owns);
  g_assert_true (aimx_authorizer_owns_cached (authorizer, own, "daemon", &owns));
  g_assert_false (owns);
  g_assert_true (aimx_authorizer_owns_cached (authorizer, owner, GHOST, &owns));
  g_assert_false (owns);
  g_assert_true (aimx_authorizer_administers (authorizer, root));
  g_assert_true (aimx_authorizer_administers (authorizer, own));
  g_assert_false (aimx_authorizer_administers (authorizer, owner));
  g_assert_cmpuint (g_hash_table_size (last.fields), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  last.fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_log_set_writer_func (remember, NULL, NULL);
  g_test_add_func ("/authorizer/root", test_root_may_everything);
  g_test_add_func ("/authorizer/anybody", test_anybody_may_what_anybody_may);
  g_test_add_func ("/authorizer/owner", test_the_owner_may_and_nobody_else);
  g_test_add_func ("/authorizer/no-account", test_an_owner_without_an_account_matches_nobody);
  g_test_add_func ("/authorizer/system", test_the_system_is_roots_or_that_of_a_daemon_that_is_not);
  g_test_add_func ("/authorizer/kernel", test_where_the_kernel_decides_only_mailboxes_are_open);
  g_test_add_func ("/authorizer/log", test_a_rejection_is_logged_with_who_what_and_why);
  g_test_add_func ("/authorizer/owns", test_listing_asks_without_a_line_in_the_log);
  g_test_add_func ("/authorizer/cached", test_a_loop_asks_without_waiting);
  return g_test_run ();
}
