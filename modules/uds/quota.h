/* SPDX-License-Identifier: MIT */
/*
 * Something there is only so much of, for all users and for each of them. Who asks for more than there is waits; the
 * turn goes in the order of asking, except that who is over the own share holds nobody up. One thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UdsQuota UdsQuota;

/** UdsQuotaGranted: what was waited for is there; called from uds_quota_release() */
typedef void (*UdsQuotaGranted) (gpointer user_data);

/** uds_quota_new: Returns: (transfer full): @total for all, at most @share of it for a user */
UdsQuota *uds_quota_new (gsize total, gsize share);
/** uds_quota_free: frees it; nobody waits any more */
void uds_quota_free (UdsQuota *self);

/**
 * uds_quota_reserve:
 * @self: a quota
 * @uid: for whom
 * @amount: how much, at most a share
 * @granted: called later when it is not there now
 * @user_data: for @granted; also names the waiting in uds_quota_cancel()
 *
 * Returns: whether @amount is reserved at once
 */
gboolean uds_quota_reserve (UdsQuota *self, guint uid, gsize amount, UdsQuotaGranted granted, gpointer user_data);
/** uds_quota_cancel: @user_data waits no more */
void uds_quota_cancel (UdsQuota *self, gpointer user_data);
/** uds_quota_release: gives @amount back, and grants what fits now */
void uds_quota_release (UdsQuota *self, guint uid, gsize amount);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UdsQuota, uds_quota_free)

G_END_DECLS
