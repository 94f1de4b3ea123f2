/* SPDX-License-Identifier: MIT */
/*
 * The verbs of this module, one a file. Their user data is the signer, an #AimxSigner.
 */
#pragma once

#include <aimx/verb.h>

G_BEGIN_DECLS

/** domain_add_verb: DOMAIN-ADD */
extern const AimxVerbSpec domain_add_verb;
/** domain_dns_check_verb: DNS-CHECK */
extern const AimxVerbSpec domain_dns_check_verb;
/** domain_list_verb: DOMAIN-LIST */
extern const AimxVerbSpec domain_list_verb;
/** domain_remove_verb: DOMAIN-REMOVE */
extern const AimxVerbSpec domain_remove_verb;
/** domain_set_default_verb: DOMAIN-SET-DEFAULT */
extern const AimxVerbSpec domain_set_default_verb;

#ifdef AIMX_TEST_SEAMS
/** domain_remove_hook: (nullable): called when a removal has locked its mailboxes and not yet the configuration, in
 * tests only */
extern void (*domain_remove_hook) (void);
#endif

G_END_DECLS
