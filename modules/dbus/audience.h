/* SPDX-License-Identifier: MIT */
/*
 * Those who listen, and what each of them may hear. May block on the name service: pool threads only.
 */
#pragma once

#include "callers.h"
#include "service.h"

G_BEGIN_DECLS

/**
 * BusAudience:
 * @service: who decides
 * @connection: where they are
 * @peers: (element-type BusPeer): all of them
 */
typedef struct
{
  const BusService *service;
  GDBusConnection *connection;
  GPtrArray *peers;
} BusAudience;

/** BusSnapshot: a snapshot of the configuration with what is not in it: whose keys there were */
typedef struct
{
  AimxConfig *config;
  GHashTable *keys; /* names of domains */
} BusSnapshot;

/** bus_snapshot_new: Returns: (transfer full): what @config is together with the keys there are now; never blocks */
BusSnapshot *bus_snapshot_new (const BusService *service, AimxConfig *config);
/** bus_snapshot_free: frees it */
void bus_snapshot_free (BusSnapshot *self);

/** bus_audience_tell_change: tells what differs between @before and @after: the signals of the manager, of the
 * ObjectManager and of Properties. What goes comes before what comes, mailboxes go before and come after domains */
void bus_audience_tell_change (const BusAudience *self, const BusSnapshot *before, const BusSnapshot *after);
/** bus_audience_tell_message: tells that message @id has come into @mailbox */
void bus_audience_tell_message (const BusAudience *self, const AimxMailbox *mailbox, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusSnapshot, bus_snapshot_free)

G_END_DECLS
