/* SPDX-License-Identifier: MIT */
/*
 * From what libunbound found to the answer that everybody sees. A pure function: the bytes are whatever somebody's name
 * server sent.
 */
#pragma once

#include <aimx/resolver.h>
#include <unbound.h>

G_BEGIN_DECLS

/** RESOLVER_RECORDS_MAX: an answer with more is taken for a failure; no mail needs that many */
#define RESOLVER_RECORDS_MAX 512

/** resolver_answer_new: Returns: (transfer full): the answer that @result is, when records of @type were asked for */
AimxDnsAnswer *resolver_answer_new (AimxDnsType type, const struct ub_result *result);
/** resolver_answer_new_failed: Returns: (transfer full): an answer without records; @reason: for people */
AimxDnsAnswer *resolver_answer_new_failed (const char *reason);

G_END_DECLS
