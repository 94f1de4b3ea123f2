/* SPDX-License-Identifier: MIT */
/*
 * The keys of a daemon that starts, compared with what the DNS shows of them: mail signed with a key that the world
 * does not know is not believed. A key that is shown right is not spoken of; everything else is in the log.
 */
#pragma once

#include "signer.h"

#include <aimx/resolver.h>

G_BEGIN_DECLS

/** DKIM_COMPARISON_IN_FLIGHT: so many keys are asked for at a time */
#define DKIM_COMPARISON_IN_FLIGHT 8
/** DKIM_COMPARISON_GIVE_UP: after so many questions of which none had an answer, the others are not asked */
#define DKIM_COMPARISON_GIVE_UP 16

typedef struct _DkimComparison DkimComparison;

/**
 * dkim_comparison_new:
 * @resolver: who asks the DNS
 * @signer: whose keys, which have been read
 * @config: of which domains
 *
 * Begins when the main loop has nothing else to do. Main thread.
 *
 * Returns: (transfer full): one that goes on until it is through
 */
DkimComparison *dkim_comparison_new (AimxResolver *resolver, DkimSigner *signer, AimxConfig *config);
/** dkim_comparison_free: ends it, wherever it is; main thread */
void dkim_comparison_free (DkimComparison *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkimComparison, dkim_comparison_free)

G_END_DECLS
