/* SPDX-License-Identifier: MIT */
/*
 * How many connections there are, in all and from each client, so that one over the limit can be refused.
 */
#pragma once

#include "address.h"

G_BEGIN_DECLS

typedef struct _SmtpAdmission SmtpAdmission;

/** smtp_admission_new: Returns: (transfer full): nobody is there */
SmtpAdmission *smtp_admission_new (void);
/** smtp_admission_free: frees it */
void smtp_admission_free (SmtpAdmission *self);

/** SmtpAdmissionVerdict: whether a connection may stay */
typedef enum
{
  SMTP_ADMITTED,
  SMTP_TOO_MANY,
  SMTP_TOO_MANY_FROM_ADDRESS,
} SmtpAdmissionVerdict;

/**
 * smtp_admission_enter:
 * @self: the counts
 * @network: who, as smtp_address_get_network() says
 * @max: connections in all
 * @max_per_address: connections from @network
 *
 * Counts a connection unless it is one too many. Any thread; a hash lookup.
 *
 * Returns: when %SMTP_ADMITTED, smtp_admission_leave() is to follow
 */
SmtpAdmissionVerdict
smtp_admission_enter (SmtpAdmission *self, const struct in6_addr *network, guint max, guint max_per_address);
/** smtp_admission_leave: a connection that was admitted is gone; any thread */
void smtp_admission_leave (SmtpAdmission *self, const struct in6_addr *network);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpAdmission, smtp_admission_free)

G_END_DECLS
