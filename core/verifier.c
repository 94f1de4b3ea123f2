/* SPDX-License-Identifier: MIT */
/*
 * The door to whichever module finds out who sent a message.
 */
#include <aimx/verifier.h>

/* ---- one message ---- */

G_DEFINE_INTERFACE (AimxVerification, aimx_verification, G_TYPE_OBJECT)

static void
aimx_verification_default_init (AimxVerificationInterface *iface)
{
}

void
aimx_verification_update (AimxVerification *self, const char *data, gsize length)
{
  g_return_if_fail (AIMX_IS_VERIFICATION (self));

  AIMX_VERIFICATION_GET_IFACE (self)->update (self, data, length);
}

void
aimx_verification_finish (AimxVerification *self, AimxVerifiedFunc func, gpointer user_data)
{
  g_return_if_fail (AIMX_IS_VERIFICATION (self));
  g_return_if_fail (func != NULL);

  AIMX_VERIFICATION_GET_IFACE (self)->finish (self, func, user_data);
}

char *
aimx_verification_get_peer_name (AimxVerification *self)
{
  g_return_val_if_fail (AIMX_IS_VERIFICATION (self), NULL);

  return AIMX_VERIFICATION_GET_IFACE (self)->get_peer_name (self);
}

/* ---- waiting ---- */

/* The queue outlives whoever waits: this may still be at it when the results are taken. */
static void
on_verified (AimxAuthentication *authentication, gpointer user_data)
{
  g_autoptr (GAsyncQueue) results = user_data;

  g_async_queue_push (results, g_object_ref (authentication));
}

AimxAuthentication *
aimx_verification_wait (AimxVerification *self)
{
  g_autoptr (GAsyncQueue) results = NULL;

  g_return_val_if_fail (AIMX_IS_VERIFICATION (self), NULL);

  results = g_async_queue_new ();
  aimx_verification_finish (self, on_verified, g_async_queue_ref (results));
  return g_async_queue_pop (results);
}

/* ---- the service ---- */

G_DEFINE_INTERFACE (AimxVerifier, aimx_verifier, G_TYPE_OBJECT)

static void
aimx_verifier_default_init (AimxVerifierInterface *iface)
{
}

AimxVerification *
aimx_verifier_begin (AimxVerifier *self, const AimxVerifierPeer *peer)
{
  g_return_val_if_fail (AIMX_IS_VERIFIER (self), NULL);
  g_return_val_if_fail (peer != NULL, NULL);

  return AIMX_VERIFIER_GET_IFACE (self)->begin (self, peer);
}
