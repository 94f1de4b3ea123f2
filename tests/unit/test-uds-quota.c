/* SPDX-License-Identifier: MIT */
/* Promises of modules/uds/quota.c. */
#include "uds/quota.h"

/* Those who were granted something, in order. */
static GString *granted;

static void
note (gpointer user_data)
{
  g_string_append (granted, user_data);
}

static gboolean
reserve (UdsQuota *quota, guint uid, gsize amount, const char *name)
{
  return uds_quota_reserve (quota, uid, amount, note, (gpointer) name);
}

static UdsQuota *
new_quota (gsize total, gsize share)
{
  g_string_truncate (granted, 0);
  return uds_quota_new (total, share);
}

static void
test_nobody_gets_more_than_a_share (void)
{
  g_autoptr (UdsQuota) quota = new_quota (100, 60);

  g_assert_true (reserve (quota, 1, 40, "a"));
  g_assert_false (reserve (quota, 1, 40, "b"));
  g_assert_true (reserve (quota, 2, 60, "c"));
  uds_quota_release (quota, 2, 60);
  g_assert_cmpstr (granted->str, ==, "");
  uds_quota_release (quota, 1, 40);
  g_assert_cmpstr (granted->str, ==, "b");
}

static void
test_all_together_get_no_more_than_there_is (void)
{
  g_autoptr (UdsQuota) quota = new_quota (100, 60);

  g_assert_true (reserve (quota, 1, 60, "a"));
  g_assert_true (reserve (quota, 2, 40, "b"));
  g_assert_false (reserve (quota, 3, 1, "c"));
  uds_quota_release (quota, 2, 40);
  g_assert_cmpstr (granted->str, ==, "c");
}

static void
test_turn_goes_in_the_order_of_asking (void)
{
  g_autoptr (UdsQuota) quota = new_quota (100, 100);

  g_assert_true (reserve (quota, 1, 90, "a"));
  g_assert_false (reserve (quota, 2, 50, "b"));
  /* It would fit, and the one before it would wait for ever. */
  g_assert_false (reserve (quota, 3, 5, "c"));
  uds_quota_release (quota, 1, 30);
  g_assert_cmpstr (granted->str, ==, "");
  uds_quota_release (quota, 1, 60);
  g_assert_cmpstr (granted->str, ==, "bc");
}

static void
test_who_is_over_the_own_share_holds_nobody_up (void)
{
  g_autoptr (UdsQuota) quota = new_quota (100, 50);

  g_assert_true (reserve (quota, 1, 50, "a"));
  g_assert_false (reserve (quota, 1, 10, "b"));
  g_assert_true (reserve (quota, 2, 10, "c"));
}

static void
test_cancelled_waiting_is_never_granted_and_frees_the_line (void)
{
  g_autoptr (UdsQuota) quota = new_quota (100, 100);
  char *b = g_strdup ("b");

  g_assert_true (reserve (quota, 1, 60, "a"));
  g_assert_false (reserve (quota, 2, 50, b));
  g_assert_false (reserve (quota, 3, 40, "c"));
  uds_quota_cancel (quota, b);
  g_assert_cmpstr (granted->str, ==, "c");
  uds_quota_release (quota, 1, 60);
  uds_quota_release (quota, 3, 40);
  g_assert_cmpstr (granted->str, ==, "c");
  g_free (b);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  granted = g_string_new (NULL);
  g_test_add_func ("/uds-quota/nobody-gets-more-than-a-share", test_nobody_gets_more_than_a_share);
  g_test_add_func ("/uds-quota/all-together-get-no-more-than-there-is", test_all_together_get_no_more_than_there_is);
  g_test_add_func ("/uds-quota/turn-goes-in-the-order-of-asking", test_turn_goes_in_the_order_of_asking);
  g_test_add_func ("/uds-quota/who-is-over-the-own-share-holds-nobody-up",
                   test_who_is_over_the_own_share_holds_nobody_up);
  g_test_add_func ("/uds-quota/cancelled-waiting-is-never-granted-and-frees-the-line",
                   test_cancelled_waiting_is_never_granted_and_frees_the_line);
  status = g_test_run ();
  g_string_free (granted, TRUE);
  return status;
}
