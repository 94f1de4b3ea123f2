/* SPDX-License-Identifier: MIT */
/*
 * What of a snapshot a caller may see. May block on the name service: pool threads only.
 */
#pragma once

#include "object.h"
#include "service.h"

G_BEGIN_DECLS

/** bus_listing_get_managed: Returns: (transfer full): `(a{oa{sa{sv}}})`, what GetManagedObjects answers @caller */
GVariant *bus_listing_get_managed (const BusService *service, AimxCaller *caller, AimxConfig *config);
/** bus_listing_get_children: Returns: (transfer full): the names, as in paths, of the objects below @object, none of
 * which is a domain or a mailbox, that @caller may see */
GStrv bus_listing_get_children (const BusService *service, AimxCaller *caller, const BusObject *object);

G_END_DECLS
