/* SPDX-License-Identifier: MIT */
/*
 * All that a module or plugin may include of AIMX.
 */
#pragma once

#include <aimx/abi.h>
#include <aimx/account.h>
#include <aimx/authentication.h>
#include <aimx/caller.h>
#include <aimx/config-store.h>
#include <aimx/config.h>
#include <aimx/envelope.h>
#include <aimx/error.h>
#include <aimx/event-bus.h>
#include <aimx/frame.h>
#include <aimx/ingester.h>
#include <aimx/lock-manager.h>
#include <aimx/log.h>
#include <aimx/mail-store.h>
#include <aimx/message.h>
#include <aimx/module.h>
#include <aimx/request.h>
#include <aimx/resolver.h>
#include <aimx/server.h>
#include <aimx/settings.h>
#include <aimx/signature-check.h>
#include <aimx/signer.h>
#include <aimx/spool.h>
#include <aimx/stored-message.h>
#include <aimx/tls.h>
#include <aimx/utf8.h>
#include <aimx/verb.h>
#include <aimx/verifier.h>
#include <aimx/worker.h>
