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

typedef struct
{
  GMutex mutex;
  GCond cond;
  AimxAuthentication *authentication;
} Wait;

static void
on_verified (AimxAuthentication *authentication, gpointer user_data)
{
  Wait *wait = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&wait->mutex);

  wait->authentication = g_object_ref (authentication);
  g_cond_signal (&wait->cond);
}

AimxAuthentication *
aimx_verification_wait (AimxVerification *self)
{
  Wait wait = { 0 };

  g_return_val_if_fail (AIMX_IS_VERIFICATION (self), NULL);

  g_mutex_init (&wait.mutex);
  g_cond_init (&wait.cond);
  aimx_verification_finish (self, on_verified, &wait);
  g_mutex_lock (&wait.mutex);
  while (wait.authentication == NULL)
    g_cond_wait (&wait.cond, &wait.mutex);
  g_mutex_unlock (&wait.mutex);
  g_cond_clear (&wait.cond);
  g_mutex_clear (&wait.mutex);
  return wait.authentication;
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
