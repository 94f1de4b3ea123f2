/* SPDX-License-Identifier: MIT */
#include "verification.h"

struct _MailauthVerification
{
  GObject parent;
  Inquiry *inquiry;
};

static void verification_interface_init (AimxVerificationInterface *interface);

G_DEFINE_TYPE_WITH_CODE (MailauthVerification,
                         mailauth_verification,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (AIMX_TYPE_VERIFICATION, verification_interface_init))

static void
update (AimxVerification *self, const char *data, gsize length)
{
  inquiry_update (MAILAUTH_VERIFICATION (self)->inquiry, data, length);
}

static void
finish (AimxVerification *self, AimxVerifiedFunc func, gpointer user_data)
{
  inquiry_finish (MAILAUTH_VERIFICATION (self)->inquiry, func, user_data);
}

static char *
get_peer_name (AimxVerification *self)
{
  return inquiry_get_name (MAILAUTH_VERIFICATION (self)->inquiry);
}

static void
verification_interface_init (AimxVerificationInterface *interface)
{
  interface->update = update;
  interface->finish = finish;
  interface->get_peer_name = get_peer_name;
}

static void
mailauth_verification_finalize (GObject *object)
{
  MailauthVerification *self = MAILAUTH_VERIFICATION (object);

  inquiry_abandon (self->inquiry);
  inquiry_unref (self->inquiry);
  G_OBJECT_CLASS (mailauth_verification_parent_class)->finalize (object);
}

static void
mailauth_verification_class_init (MailauthVerificationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mailauth_verification_finalize;
}

static void
mailauth_verification_init (MailauthVerification *self)
{
}

AimxVerification *
mailauth_verification_new (Inquiry *inquiry)
{
  MailauthVerification *self = g_object_new (MAILAUTH_TYPE_VERIFICATION, NULL);

  self->inquiry = inquiry;
  return AIMX_VERIFICATION (self);
}
