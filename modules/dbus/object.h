/* SPDX-License-Identifier: MIT */
/*
 * What a path stands for in one snapshot of the configuration, and its properties. Never blocks; any thread.
 */
#pragma once

#include <aimx/server.h>
#include <aimx/signer.h>

G_BEGIN_DECLS

/** BusObjectKind: the last two are the places whose children are domains and mailboxes, with no interface of their own
 */
typedef enum
{
  BUS_OBJECT_MANAGER_KIND,
  BUS_OBJECT_DOMAIN,
  BUS_OBJECT_MAILBOX,
  BUS_OBJECT_DOMAINS,
  BUS_OBJECT_MAILBOXES,
} BusObjectKind;

/**
 * BusObject:
 * @kind: what it is
 * @config: in which snapshot; a reference
 * @domain: when it is a domain
 * @mailbox: when it is a mailbox
 */
typedef struct
{
  BusObjectKind kind;
  AimxConfig *config;
  const AimxDomain *domain;
  const AimxMailbox *mailbox;
} BusObject;

/** bus_object_find: fills @object with what @path is in @config. Returns: whether there is anything */
gboolean bus_object_find (BusObject *object, AimxConfig *config, const char *path);
/** bus_object_clear: drops what it holds */
void bus_object_clear (BusObject *object);

/** bus_object_get_interfaces: Returns: (transfer none) (array zero-terminated=1): the interfaces of our own that
 * objects of @kind have, their properties in the first */
const char *const *bus_object_get_interfaces (BusObjectKind kind);
/** bus_object_build_path: Returns: (transfer full): the path of the domain or mailbox @name */
char *bus_object_build_path (BusObjectKind kind, const char *name);

/** bus_domain_get_properties: Returns: (transfer floating): `a{sv}`; @signed: whether its mail can be signed */
GVariant *bus_domain_get_properties (AimxConfig *config, const AimxDomain *domain, gboolean has_key);
/** bus_mailbox_get_properties: Returns: (transfer floating): `a{sv}` */
GVariant *bus_mailbox_get_properties (const AimxMailbox *mailbox);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BusObject, bus_object_clear)

G_END_DECLS
