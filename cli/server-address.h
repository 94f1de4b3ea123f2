/* SPDX-License-Identifier: MIT */
/* The addresses under which the world may know this machine. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/** cli_server_address_find: Returns: (transfer full) (nullable): the address from which the kernel would send to the
 * Internet, without sending anything; %NULL where it has no route there */
GInetAddress *cli_server_address_find (GSocketFamily family);
/** cli_server_address_is_public: Returns: whether the world could reach @address, going by its kind alone */
gboolean cli_server_address_is_public (GInetAddress *address);

G_END_DECLS
