/* SPDX-License-Identifier: MIT */
/*
 * An inquiry as an object that its holder can drop.
 */
#pragma once

#include "inquiry.h"

G_BEGIN_DECLS

#define MAILAUTH_TYPE_VERIFICATION (mailauth_verification_get_type ())
G_DECLARE_FINAL_TYPE (MailauthVerification, mailauth_verification, MAILAUTH, VERIFICATION, GObject)

/** mailauth_verification_new: (transfer full) @inquiry; Returns: (transfer full): its object. When it is dropped before
 * it was finished, the inquiry is abandoned */
AimxVerification *mailauth_verification_new (Inquiry *inquiry);

G_END_DECLS
