/* SPDX-License-Identifier: MIT */
/*
 * Who may do what: the table of the protocol, and a line in the log for every decision.
 */
#pragma once

#include <aimx/account.h>
#include <aimx/caller.h>
#include <aimx/verb.h>

G_BEGIN_DECLS

typedef struct _AimxAuthorizer AimxAuthorizer;

/**
 * AimxAuthorizerFlags:
 * @AIMX_AUTHORIZER_KERNEL_DECIDES: the process has the caller's own rights on the files and writes nothing: nobody is
 * kept from a mailbox beyond what the kernel does
 */
typedef enum
{
  AIMX_AUTHORIZER_DEFAULT = 0,
  AIMX_AUTHORIZER_KERNEL_DECIDES = 1 << 0,
} AimxAuthorizerFlags;

/**
 * aimx_authorizer_new:
 * @accounts: whose uid an owner is
 * @own_uid: effective user id of this process; when it is not root it may do what the system does
 * @flags: see #AimxAuthorizerFlags
 *
 * Returns: (transfer full): immutable; any thread
 */
AimxAuthorizer *aimx_authorizer_new (AimxAccounts *accounts, guint own_uid, AimxAuthorizerFlags flags);
/** aimx_authorizer_free: frees it */
void aimx_authorizer_free (AimxAuthorizer *self);

/**
 * aimx_authorizer_decide:
 * @self: the authorizer
 * @caller: who
 * @action: what
 * @verb: for the log
 * @mailbox: (nullable): on which mailbox, for the log
 * @owner: (nullable): user name of its owner, or of the owner to be; %NULL matches nobody
 * @error: %AIMX_ERROR_ACCESS, which says no more than that; the log says why
 *
 * Blocks on the name service at worst: pool threads only.
 *
 * Returns: whether @caller may
 */
gboolean aimx_authorizer_decide (AimxAuthorizer *self,
                                 AimxCaller *caller,
                                 AimxAction action,
                                 const char *verb,
                                 const char *mailbox,
                                 const char *owner,
                                 GError **error);
/** aimx_authorizer_owns: Returns: whether @caller may do what the owner @owner may; nothing is logged. Pool threads
 * only */
gboolean aimx_authorizer_owns (AimxAuthorizer *self, AimxCaller *caller, const char *owner);
/** aimx_authorizer_owns_cached: sets @owns as aimx_authorizer_owns() would; never blocks. Returns: whether that is
 * known
 */
gboolean aimx_authorizer_owns_cached (AimxAuthorizer *self, AimxCaller *caller, const char *owner, gboolean *owns);
/** aimx_authorizer_administers: Returns: whether @caller may do what the system does; nothing is logged, never blocks
 */
gboolean aimx_authorizer_administers (AimxAuthorizer *self, AimxCaller *caller);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxAuthorizer, aimx_authorizer_free)

G_END_DECLS
