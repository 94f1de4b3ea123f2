/* SPDX-License-Identifier: MIT */
/*
 * Promises of modules/domain while others work on the same domain: removals against mailboxes that come and go, marks
 * and deliveries, all at once and in random order.
 */
#include "domain/verbs.h"
#include "mailbox/verbs.h"
#include "message/verbs.h"
#include "scratch-signer.h"
#include "verb-fixture.h"

#define N_CALLS    200
#define N_MESSAGES 40

static const char config[] = "domains = [\"a.test\", \"b.test\"]\n"
                             "[mailboxes.\"info@a.test\"]\n"
                             "address = \"info@a.test\"\n"
                             "owner = \"OWNER\"\n"
                             "[mailboxes.\"x@b.test\"]\n"
                             "address = \"x@b.test\"\n"
                             "owner = \"OWNER\"\n"
                             "[mailboxes.\"*@b.test\"]\n"
                             "address = \"*@b.test\"\n"
                             "owner = \"OWNER\"\n";

typedef struct
{
  VerbFixture verbs;
  guint n_waiting; /* calls without an answer yet */
  guint n_removed; /* removals that succeeded */
} Scene;

static void
scene_open (Scene *self)
{
  static const AimxVerbSpec *const verbs[] = { &domain_add_verb,     &domain_remove_verb,     &mailbox_create_verb,
                                               &mailbox_delete_verb, &message_mark_read_verb, NULL };

  *self = (Scene){ .n_waiting = 0 };
  verb_fixture_init_with_data (&self->verbs, verbs, scratch_signer_new, config);
  verb_put_message (&self->verbs, "b.test/inbox/x", "one", FALSE);
}

static void
scene_close (Scene *self)
{
  verb_fixture_clear (&self->verbs);
}

/* ---- calls ---- */

/* What a call may meet while the domain is going or gone; anything else is a bug. */
static gboolean
is_expected (const GError *error)
{
  static const char *const codes[] = { "DOMAIN", "MAILBOX", "ECONFLICT", "ENOENT", "NOTFOUND" };

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (strcmp (aimx_error_get_wire_code (error), codes[i]) == 0)
      return TRUE;
  return FALSE;
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Scene *self = user_data;
  g_autoptr (AimxResponse) response = aimx_server_call_finish (AIMX_SERVER (object), result);
  const GError *error = aimx_response_get_error (response);

  if (error != NULL && !is_expected (error))
    g_error ("%s: %s", aimx_error_get_wire_code (error), error->message);
  if (error == NULL && aimx_response_get_body (response) != NULL)
    self->n_removed++;
  self->n_waiting--;
}

static void
call (Scene *self, const char *verb, const char *const *headers)
{
  g_autoptr (AimxCaller) caller = aimx_caller_new (0, 0, 1);
  g_autoptr (AimxRequest) request = aimx_request_new (caller, verb, headers, NULL);

  self->n_waiting++;
  aimx_server_call_async (self->verbs.server, request, on_answer, self);
}

static void
call_something (Scene *self)
{
  g_autofree char *name = g_strdup_printf ("m%d@b.test", g_test_rand_int_range (0, 8));

  switch (g_test_rand_int_range (0, 10))
    {
    case 0:
      call (self, "DOMAIN-REMOVE", HEADERS ("Domain", "b.test", "Force", "true"));
      break;
    case 1:
    case 2:
    case 3:
    case 4:
      call (self, "MAILBOX-CREATE", HEADERS ("Name", name, "Owner", verb_owner ()));
      break;
    case 5:
    case 6:
    case 7:
      call (self, "MAILBOX-DELETE", HEADERS ("Name", name, "Force", "true"));
      break;
    default:
      call (self, "MARK-READ", HEADERS ("Mailbox", "x@b.test", "Id", "one"));
    }
}

static void
wait_for_answers (Scene *self)
{
  gboolean waiting = TRUE;
  guint deadline = g_timeout_add_seconds (2 * VERB_DEADLINE_SECONDS, verb_end_waiting, &waiting);

  while (self->n_waiting > 0 && waiting)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->n_waiting, ==, 0);
  g_source_remove (deadline);
}

/* ---- deliveries ---- */

typedef struct
{
  Scene *scene;
  const char *recipient;
  guint n_stored;
} Sender;

/* Returns whether it is stored; when not, the sender would try again or was told that there is nobody. */
static gboolean
deliver (AimxMailStore *store, const char *recipient, guint number)
{
  static const AimxVerdict verdict = { .dkim = "none", .spf = "none", .dmarc = "none", .trusted = "none" };
  g_autoptr (AimxMessage) message = aimx_message_new ();
  g_autoptr (AimxEnvelope) envelope = aimx_envelope_new ();
  g_autoptr (GBytes) raw = g_bytes_new_static ("body\n", 5);
  g_autofree char *id = g_strdup_printf ("%u.%s", number, recipient);
  g_autofree char *mailbox = NULL;
  g_autofree char *stem = NULL;
  g_autoptr (GError) error = NULL;
  gboolean duplicate;

  aimx_message_set (message, AIMX_MESSAGE_MESSAGE_ID, id);
  aimx_message_set (message, AIMX_MESSAGE_SUBJECT, id);
  aimx_message_take_body (message, g_strdup ("body\n"));
  aimx_message_digest_body (message, id, strlen (id));
  envelope->mail_from = g_strdup ("a@sender.test");
  envelope->received_at = g_get_real_time ();
  if (aimx_mail_store_deliver (store, message, raw, envelope, recipient, &verdict, &mailbox, &stem, &duplicate, &error))
    return TRUE;
  if (!g_error_matches (error, AIMX_ERROR, AIMX_ERROR_TEMPORARY) &&
      !g_error_matches (error, AIMX_ERROR, AIMX_ERROR_NO_ENTRY))
    g_error ("delivery to %s: %s", recipient, error->message);
  return FALSE;
}

static gpointer
send_messages (gpointer data)
{
  Sender *self = data;
  AimxMailStore *store = aimx_server_get_mail_store (self->scene->verbs.server);

  for (guint i = 0; i < N_MESSAGES; i++)
    self->n_stored += deliver (store, self->recipient, i);
  return NULL;
}

/* ---- the test ---- */

static gboolean
has_domain (Scene *self)
{
  g_autoptr (AimxConfig) snapshot = aimx_config_store_get (aimx_server_get_config_store (self->verbs.server));

  return aimx_config_get_domain (snapshot, "b.test") != NULL;
}

static void
assert_no_strays (Scene *self)
{
  g_autoptr (AimxConfig) snapshot = aimx_config_store_get (aimx_server_get_config_store (self->verbs.server));
  g_autoptr (GPtrArray) strays =
      aimx_mail_store_list_strays (aimx_server_get_mail_store (self->verbs.server), snapshot, NULL);

  for (guint i = 0; i < strays->len; i++)
    g_error ("%s is left without configuration", ((AimxStray *) strays->pdata[i])->fqdn);
}

static void
assert_kept (Scene *self, guint n_stored)
{
  AimxMailCounts counts;
  g_autoptr (GError) error = NULL;

  aimx_mail_store_count (aimx_server_get_mail_store (self->verbs.server), "info@a.test", &counts, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts.inbox_entries, ==, n_stored);
}

static void
test_a_removal_among_all_that_happens (void)
{
  Scene scene;
  Sender senders[] = { { &scene, "info@a.test", 0 }, { &scene, "x@b.test", 0 }, { &scene, "any@b.test", 0 } };
  GThread *threads[G_N_ELEMENTS (senders)];

  scene_open (&scene);
  for (gsize i = 0; i < G_N_ELEMENTS (senders); i++)
    threads[i] = g_thread_new ("sender", send_messages, &senders[i]);
  for (guint i = 0; i < N_CALLS; i++)
    {
      call_something (&scene);
      g_main_context_iteration (NULL, FALSE);
    }
  wait_for_answers (&scene);
  for (gsize i = 0; i < G_N_ELEMENTS (senders); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (scene.n_removed, <=, 1);
  g_assert_true (has_domain (&scene) == (scene.n_removed == 0));
  if (has_domain (&scene))
    verb_assert_ok (&scene.verbs, 0, "DOMAIN-REMOVE", HEADERS ("Domain", "b.test", "Force", "true"));
  g_assert_false (verb_has (&scene.verbs, "data/b.test"));
  verb_assert_config_has (&scene.verbs, "b.test", FALSE);
  assert_no_strays (&scene);
  g_assert_cmpuint (senders[0].n_stored, ==, N_MESSAGES);
  assert_kept (&scene, N_MESSAGES);
  scene_close (&scene);
}

static void
test_of_two_removals_one_succeeds (void)
{
  Scene scene;

  scene_open (&scene);
  call (&scene, "DOMAIN-REMOVE", HEADERS ("Domain", "b.test", "Force", "true"));
  call (&scene, "DOMAIN-REMOVE", HEADERS ("Domain", "b.test", "Force", "true"));
  wait_for_answers (&scene);
  g_assert_cmpuint (scene.n_removed, ==, 1);
  g_assert_false (has_domain (&scene));
  scene_close (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Mailboxes that were there a moment ago are refused with a warning. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_test_add_func ("/domain-races/a-removal-among-all-that-happens", test_a_removal_among_all_that_happens);
  g_test_add_func ("/domain-races/of-two-removals-one-succeeds", test_of_two_removals_one_succeeds);
  return g_test_run ();
}
