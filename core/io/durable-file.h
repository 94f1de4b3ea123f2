/* SPDX-License-Identifier: MIT */
/*
 * A new file that becomes visible only when it is complete: written in a directory that nobody else enters, synced, and
 * then moved to its place in one step.
 *
 * Until that step, freeing the file leaves no trace of it. Nothing here follows a symbolic link. One thread at a time;
 * everything may block. Errors are %AIMX_ERROR_NO_SPACE and %AIMX_ERROR_IO, and those of directory.h.
 */
#pragma once

#include "io/directory.h"

G_BEGIN_DECLS

typedef struct _AimxDurableFile AimxDurableFile;

/**
 * aimx_durable_file_can_be_nameless:
 * @directory: where files will be written
 *
 * Tries whether a file without a name (O_TMPFILE) can be made in @directory and given a name later. Such a file needs
 * no clearing up, whatever happens to the process.
 */
gboolean aimx_durable_file_can_be_nameless (AimxDirectory *directory);

/**
 * aimx_durable_file_new:
 * @directory: where it is written
 * @name: (nullable): under which name, not taken yet; %NULL for none, where aimx_durable_file_can_be_nameless()
 * @error: return location
 *
 * Returns: (transfer full) (nullable): an empty file, mode `0600`, open for writing
 */
AimxDurableFile *aimx_durable_file_new (AimxDirectory *directory, const char *name, GError **error);
/** aimx_durable_file_write: appends all of @data */
gboolean aimx_durable_file_write (AimxDurableFile *self, gconstpointer data, gsize length, GError **error);
/** aimx_durable_file_get_size: Returns: bytes written so far */
guint64 aimx_durable_file_get_size (AimxDurableFile *self);
/** aimx_durable_file_give: makes it belong to @uid and @gid, each maybe %AIMX_DIRECTORY_KEEP_ID */
gboolean aimx_durable_file_give (AimxDurableFile *self, guint uid, guint gid, GError **error);
/** aimx_durable_file_set_mode: sets its permissions, whatever the umask is */
gboolean aimx_durable_file_set_mode (AimxDurableFile *self, mode_t mode, GError **error);
/**
 * aimx_durable_file_start_sync:
 * @self: the file
 *
 * Lets the disk begin, so that syncing several files after one another waits about as long as syncing one. Promises
 * nothing.
 */
void aimx_durable_file_start_sync (AimxDurableFile *self);
/** aimx_durable_file_sync: waits until its bytes are durable */
gboolean aimx_durable_file_sync (AimxDurableFile *self, GError **error);
/**
 * aimx_durable_file_publish:
 * @self: the file
 * @target: where it goes
 * @name: how it is called there
 * @error: return location
 *
 * Moves it to its place in one step that never replaces anything: %AIMX_ERROR_CONFLICT when @name is taken. Durable
 * once
 * @target is synced.
 */
gboolean aimx_durable_file_publish (AimxDurableFile *self, AimxDirectory *target, const char *name, GError **error);
/**
 * aimx_durable_file_replace:
 * @self: a file with a name
 * @target: where it goes
 * @name: what it replaces
 * @error: return location
 *
 * Moves it to its place in one step, over whatever file is there. Durable once @target is synced.
 */
gboolean aimx_durable_file_replace (AimxDurableFile *self, AimxDirectory *target, const char *name, GError **error);
/** aimx_durable_file_keep: leaves it where it was written, under its name */
void aimx_durable_file_keep (AimxDurableFile *self);
/** aimx_durable_file_free: closes it, and removes it unless it was published, has replaced another or is kept */
void aimx_durable_file_free (AimxDurableFile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxDurableFile, aimx_durable_file_free)

G_END_DECLS
