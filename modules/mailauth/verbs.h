/* SPDX-License-Identifier: MIT */
#pragma once

#include <aimx/verb.h>

G_BEGIN_DECLS

/** verify_verb: VERIFY; its user data is the #MailauthVerifier */
extern const AimxVerbSpec verify_verb;

G_END_DECLS
