/* SPDX-License-Identifier: MIT */
/*
 * The resolver service: who waits for what, and until when.
 *
 * Whoever asks has an ask, with a deadline; asks about the same name and type share a question, which is put to an
 * engine once. The engine is made with the first question, and made anew when the configuration names other servers;
 * questions that it has then are answered by it. A fresh ask goes to an engine that has given no answer yet, and so can
 * give none that it knew before: one that is made for those that come together, and goes with the last of them. What an
 * engine has no room for waits for its turn, until its deadline.
 */
#pragma once

#include "upstream.h"

#include <aimx/resolver.h>

G_BEGIN_DECLS

#define RESOLVER_TYPE_SERVICE (resolver_service_get_type ())
G_DECLARE_FINAL_TYPE (ResolverService, resolver_service, RESOLVER, SERVICE, GObject)

/** resolver_service_new: Returns: (transfer full): a service that asks @upstream; main thread */
ResolverService *resolver_service_new (const ResolverUpstream *upstream);
/** resolver_service_set_upstream: new questions go to @upstream; main thread */
void resolver_service_set_upstream (ResolverService *self, const ResolverUpstream *upstream);
/** resolver_service_close: who still waits is answered %AIMX_DNS_FAILED; no thread is left. Nobody may ask afterwards.
 * Main thread */
void resolver_service_close (ResolverService *self);

G_END_DECLS
