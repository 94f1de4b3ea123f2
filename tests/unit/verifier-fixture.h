/* SPDX-License-Identifier: MIT */
/*
 * Verifications whose DNS and signatures are scripted, in a server that judges them; the verb beside them has neither.
 */
#pragma once

#include "mailauth/verbs.h"
#include "mailauth/verification.h"
#include "mailauth/verifier.h"
#include "scripted-resolver.h"
#include "scripted-signatures.h"
#include "verb-fixture.h"

#define VERIFIER_DEADLINE_SECONDS 30

typedef struct
{
  VerbFixture verbs;
  psl_ctx_t *suffixes;
  ScriptedResolver *resolver;    /* nullable */
  AimxSignatureChecker *checker; /* nullable */
  gboolean waits_for_name;
} VerifierFixture;

static inline GObject *
verifier_fixture_make (AimxServer *server)
{
  return G_OBJECT (mailauth_verifier_new (server));
}

/* @zone: (nullable): %NULL: nobody asks the DNS, and nobody checks signatures */
static inline void
verifier_fixture_init (VerifierFixture *self, const char *zone)
{
  static const AimxVerbSpec *const verbs[] = { &verify_verb, NULL };
  static const char config[] = "domains = [\"mx.test\"]\ntrust = \"verified\"\ntrusted_senders = [\"*@a.test\"]\n"
                               "[mailboxes.\"ann@mx.test\"]\naddress = \"ann@mx.test\"\nowner = \"OWNER\"\n";

  *self = (VerifierFixture){ .suffixes = psl_latest (NULL) };
  verb_fixture_init_with_data (&self->verbs, verbs, verifier_fixture_make, config);
  if (zone == NULL)
    return;
  self->resolver = scripted_resolver_new (zone);
  self->checker = g_object_new (SCRIPTED_TYPE_CHECKER, NULL);
}

static inline AimxVerification *
verifier_fixture_begin (VerifierFixture *self, const char *address, const char *mail_from)
{
  const InquirySettings settings = {
    .server = self->verbs.server,
    .suffixes = self->suffixes,
    .resolver = self->resolver != NULL ? AIMX_RESOLVER (self->resolver) : NULL,
    .checker = self->checker,
    .authserv_id = "mx.test",
    .waits_for_name = self->waits_for_name,
  };

  return mailauth_verification_new (
      inquiry_new (&settings, &(AimxVerifierPeer){
                                  .address = address, .helo = "helo.test", .mail_from = mail_from, .at = 1795536000 }));
}

/* ---- waiting, while the main loop runs ---- */

typedef struct
{
  AimxAuthentication *authentication; /* atomic */
  gint64 usec;
} VerifierResult;

static inline void
verifier_fixture_on_verified (AimxAuthentication *authentication, gpointer user_data)
{
  VerifierResult *result = user_data;

  result->usec = g_get_monotonic_time ();
  g_atomic_pointer_set (&result->authentication, g_object_ref (authentication));
  g_main_context_wakeup (NULL);
}

static inline gboolean
verifier_fixture_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @condition holds. */
static inline void
verifier_fixture_wait (gboolean (*condition) (gpointer data), gpointer data)
{
  gint64 end = g_get_monotonic_time () + VERIFIER_DEADLINE_SECONDS * G_USEC_PER_SEC;
  guint tick = g_timeout_add (100, verifier_fixture_tick, NULL);

  while (!condition (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);
}

/* Cancelled questions are let go of on the main loop, late. */
static inline gboolean
verifier_fixture_is_last (gpointer data)
{
  return g_atomic_int_get (&G_OBJECT (data)->ref_count) == 1;
}

static inline void
verifier_fixture_clear (VerifierFixture *self)
{
  verb_fixture_clear (&self->verbs);
  if (self->resolver != NULL)
    {
      verifier_fixture_wait (verifier_fixture_is_last, self->resolver);
      g_assert_finalize_object (g_steal_pointer (&self->resolver));
    }
  g_clear_object (&self->checker);
  psl_free (self->suffixes);
}

static inline gboolean
verifier_fixture_has_result (gpointer data)
{
  return g_atomic_pointer_get (&((VerifierResult *) data)->authentication) != NULL;
}

/* Returns: (transfer full): what comes of it; @usec: (optional): how long after the end of the message */
static inline AimxAuthentication *
verifier_fixture_finish (AimxVerification *verification, gint64 *usec)
{
  VerifierResult result = { 0 };
  gint64 start = g_get_monotonic_time ();

  aimx_verification_finish (verification, verifier_fixture_on_verified, &result);
  verifier_fixture_wait (verifier_fixture_has_result, &result);
  if (usec != NULL)
    *usec = result.usec - start;
  return result.authentication;
}

/* A whole message at once. */
static inline AimxAuthentication *
verifier_fixture_verify (VerifierFixture *self, const char *address, const char *mail_from, const char *message)
{
  g_autoptr (AimxVerification) verification = verifier_fixture_begin (self, address, mail_from);

  aimx_verification_update (verification, message, strlen (message));
  return verifier_fixture_finish (verification, NULL);
}
