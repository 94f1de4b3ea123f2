/* SPDX-License-Identifier: MIT */
/*
 * INGEST: a delivery without SMTP, for scripts and tests.
 */
#pragma once

#include <aimx/aimx.h>

G_BEGIN_DECLS

/** ingest_verb: its descriptor; the handler's data is the #AimxIngester */
extern const AimxVerbSpec ingest_verb;

G_END_DECLS
