/* SPDX-License-Identifier: MIT */
/*
 * New keys for a domain without a moment in which its mail has no valid signature: they are made under a selector of
 * their own, next to those in use; the configuration names that selector as soon as the DNS shows their records; and
 * the old ones are put aside when mail that was signed with them has arrived everywhere.
 *
 * Every step is durable before the next, and each finds out by itself what is done already: whatever ends one, the next
 * call goes on from there.
 */
#pragma once

#include "published.h"
#include "rotation-file.h"
#include "signer.h"

G_BEGIN_DECLS

/** DKIM_ROTATION_GRACE_SECONDS: how long the old keys and their records stay after the switch. A message is tried for
 * five days (RFC 5321, 4.5.4.1), and its signature is looked at when it arrives */
#define DKIM_ROTATION_GRACE_SECONDS (7 * 24 * 60 * 60)

/**
 * DkimRotationStage:
 * @DKIM_ROTATION_NONE: none is under way, and the keys in use come from none
 * @DKIM_ROTATION_WAITING: the DNS does not show the new keys yet; the old ones sign
 * @DKIM_ROTATION_SWITCHED: the new ones sign; the old ones are kept for the mail under way
 * @DKIM_ROTATION_DONE: the old ones are put aside
 */
typedef enum
{
  DKIM_ROTATION_NONE,
  DKIM_ROTATION_WAITING,
  DKIM_ROTATION_SWITCHED,
  DKIM_ROTATION_DONE,
} DkimRotationStage;

/**
 * DkimRotationKey:
 * @algorithm: of a new key
 * @record: value of its TXT record
 * @published: what the DNS shows instead, or that it shows it
 * @found: (nullable): the value that was found, or why there is none
 * @reason: (nullable): why that value is not right
 */
typedef struct
{
  DkimAlgorithm algorithm;
  char *record;
  DkimPublished published;
  char *found;
  char *reason;
} DkimRotationKey;

/**
 * DkimRotationReport:
 * @stage: how far it is
 * @domain: whose keys
 * @selector: of the new ones
 * @old_selector: (nullable): of the old ones; %NULL for %DKIM_ROTATION_NONE
 * @switched_at: since when the new ones sign, in seconds since the epoch; 0 while they do not
 * @keys: (element-type DkimRotationKey): the new ones, or those in use
 * @kept: (element-type utf8): absolute paths of what was put aside by this call
 */
typedef struct
{
  DkimRotationStage stage;
  char *domain;
  char *selector;
  char *old_selector;
  gint64 switched_at;
  GPtrArray *keys;
  GPtrArray *kept;
} DkimRotationReport;

/** dkim_rotation_report_free: frees it */
void dkim_rotation_report_free (DkimRotationReport *self);

/**
 * DkimRotationWish:
 * @begins: a rotation is begun when none is under way and none has just ended: one whose grace has ended, or would
 * have, for less than another
 * @again: also then; so does @selector
 * @selector: (nullable): for a new rotation; %NULL: one is made up. One that is under way has no other
 * @finishes: the old keys are put aside without waiting for the grace to be over; no switch without the DNS
 */
typedef struct
{
  gboolean begins;
  gboolean again;
  const char *selector;
  gboolean finishes;
} DkimRotationWish;

/**
 * dkim_rotation_advance:
 * @server: the server
 * @signer: the keys in use
 * @resolver: (nullable): asks the DNS; without it nothing is published
 * @domain: a configured domain
 * @wish: what is wanted
 * @error: return location
 *
 * Takes every step that can be taken now. Asks the DNS, for a few seconds at most, holding no lock meanwhile; pool
 * threads only.
 *
 * Returns: (transfer full) (nullable): how far it is; %AIMX_ERROR_NOT_FOUND when there is none and none is to begin,
 * %AIMX_ERROR_DOMAIN, %AIMX_ERROR_CONFLICT when another selector is wanted than that under way, or that of now;
 * %AIMX_ERROR_SIGN when the domain has no key that could be replaced; %AIMX_ERROR_IO
 */
DkimRotationReport *dkim_rotation_advance (AimxServer *server,
                                           DkimSigner *signer,
                                           AimxResolver *resolver,
                                           const char *domain,
                                           const DkimRotationWish *wish,
                                           GError **error);

/**
 * dkim_rotation_look:
 * @server: the server
 * @resolver: (nullable): asks the DNS
 * @domain: a configured domain
 * @error: return location
 *
 * Takes no step at all. Asks the DNS as dkim_rotation_advance() does.
 *
 * Returns: (transfer full) (nullable): how far it is; %AIMX_ERROR_DOMAIN, %AIMX_ERROR_CONFLICT, %AIMX_ERROR_IO
 */
DkimRotationReport *dkim_rotation_look (AimxServer *server, AimxResolver *resolver, const char *domain, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkimRotationReport, dkim_rotation_report_free)

G_END_DECLS
