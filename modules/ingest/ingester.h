/* SPDX-License-Identifier: MIT */
/*
 * The service that takes a message in, for whatever transport it came over.
 */
#pragma once

#include <aimx/aimx.h>

G_BEGIN_DECLS

#define INGEST_TYPE_INGESTER (ingest_ingester_get_type ())
G_DECLARE_FINAL_TYPE (IngestIngester, ingest_ingester, INGEST, INGESTER, GObject)

/** ingest_ingester_new: Returns: (transfer full): the service, which lives no longer than @server */
IngestIngester *ingest_ingester_new (AimxServer *server);

G_END_DECLS
