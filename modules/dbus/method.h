/* SPDX-License-Identifier: MIT */
/*
 * The methods of our own interfaces. All but two are verbs under another name.
 */
#pragma once

#include "object.h"
#include "service.h"

G_BEGIN_DECLS

/**
 * bus_method_call:
 * @service: what it uses
 * @object: on which object, one that @caller may see
 * @caller: who calls
 * @invocation: (transfer full): the call, which GDBus has checked against the interface; answered later
 */
void
bus_method_call (BusService *service, const BusObject *object, AimxCaller *caller, GDBusMethodInvocation *invocation);

G_END_DECLS
