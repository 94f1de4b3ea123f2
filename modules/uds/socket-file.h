/* SPDX-License-Identifier: MIT */
/*
 * The listening socket and its place in the file system: everybody finds it there with its final mode, or not at all.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _UdsSocketFile UdsSocketFile;

/**
 * uds_socket_file_new:
 * @directory: the runtime directory
 * @error: names the path and what to do
 *
 * Binds a socket aside and listens on it; nobody finds it yet. A daemon that serves the final path is an error.
 *
 * Returns: (transfer full) (nullable): the socket
 */
UdsSocketFile *uds_socket_file_new (const char *directory, GError **error);
/** uds_socket_file_get_fd: Returns: the listening, non-blocking socket, -1 once closed */
int uds_socket_file_get_fd (UdsSocketFile *self);
/**
 * uds_socket_file_publish:
 * @self: the socket
 * @error: names the path and what to do
 *
 * Moves it to `aimx.sock`, over what a dead daemon left there.
 *
 * Returns: whether clients find it now
 */
gboolean uds_socket_file_publish (UdsSocketFile *self, GError **error);
/** uds_socket_file_close: stops listening; removes the file if it is still this one */
void uds_socket_file_close (UdsSocketFile *self);
/** uds_socket_file_free: closes and frees it */
void uds_socket_file_free (UdsSocketFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UdsSocketFile, uds_socket_file_free)

G_END_DECLS
