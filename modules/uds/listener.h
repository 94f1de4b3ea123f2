/* SPDX-License-Identifier: MIT */
/*
 * Takes clients in: who they are, and whether there is room for them. Main thread.
 */
#pragma once

#include "connection.h"

G_BEGIN_DECLS

typedef struct _UdsListener UdsListener;

/** UdsListenerIdle: a listener that was stopped has no connection any more */
typedef void (*UdsListenerIdle) (gpointer user_data);

/** uds_listener_new: Returns: (transfer full): a listener without a socket, whose connections use @service */
UdsListener *uds_listener_new (const UdsService *service);
/** uds_listener_free: drops every connection and frees it */
void uds_listener_free (UdsListener *self);
/** uds_listener_add: takes in the client at the other end of @fd, a connected non-blocking stream socket that becomes
 * the listener's; turns it away where there is no room */
void uds_listener_add (UdsListener *self, int fd);
/** uds_listener_open: accepts clients from @fd, a listening non-blocking socket, until stopped */
void uds_listener_open (UdsListener *self, int fd);
/** uds_listener_get_n_connections: Returns: how many clients there are */
guint uds_listener_get_n_connections (UdsListener *self);
/** uds_listener_stop: accepts nobody any more; calls @idle when the last client is gone, maybe at once */
void uds_listener_stop (UdsListener *self, UdsListenerIdle idle, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UdsListener, uds_listener_free)

G_END_DECLS
