/* SPDX-License-Identifier: MIT */
/*
 * A directory held by its descriptor. Whatever is below it is reached relative to that descriptor, one refused symbolic
 * link at a time; no path is ever put together as a string and opened again.
 *
 * Paths given here are relative: components joined by `/`, none of them empty, `.` or `..`. A directory is immutable
 * and may be used by several threads. Everything here may block.
 *
 * Errors: %AIMX_ERROR_NOT_FOUND what was asked for is not there; %AIMX_ERROR_CONFLICT what is there is not of the kind
 * asked for, a symbolic link first of all, or is on another mount; %AIMX_ERROR_VALIDATION the path is not acceptable;
 * %AIMX_ERROR_NO_SPACE; %AIMX_ERROR_IO all else. Messages name the path.
 */
#pragma once

#include <aimx/error.h>

#include <sys/stat.h>

G_BEGIN_DECLS

typedef struct _AimxDirectory AimxDirectory;

/**
 * AimxDirectoryFlags:
 * @AIMX_DIRECTORY_COMPONENT_WISE: do without openat2(2), as on kernels before 5.6; inherited by what is opened below
 */
typedef enum
{
  AIMX_DIRECTORY_DEFAULT = 0,
  AIMX_DIRECTORY_COMPONENT_WISE = 1 << 0,
} AimxDirectoryFlags;

/** AIMX_DIRECTORY_KEEP_ID: a uid or gid that stays what it is */
#define AIMX_DIRECTORY_KEEP_ID ((guint) -1)

/**
 * aimx_directory_open_root:
 * @path: absolute path; its own symbolic links are the operator's and are followed
 * @flags: how to open what is below
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the directory
 */
AimxDirectory *aimx_directory_open_root (const char *path, AimxDirectoryFlags flags, GError **error);
/** aimx_directory_open: Returns: (transfer full) (nullable): the directory @path below @self */
AimxDirectory *aimx_directory_open (AimxDirectory *self, const char *path, GError **error);
/** aimx_directory_open_same_mount: as aimx_directory_open(), but what lies on another mount is %AIMX_ERROR_CONFLICT */
AimxDirectory *aimx_directory_open_same_mount (AimxDirectory *self, const char *path, GError **error);
/**
 * aimx_directory_make:
 * @self: the directory
 * @name: one component
 * @mode: permissions, whatever the umask is
 * @uid: owner, or %AIMX_DIRECTORY_KEEP_ID
 * @gid: group, or %AIMX_DIRECTORY_KEEP_ID
 * @created: (out) (optional): whether it was made; one that is there already is opened as it is
 * @error: return location
 *
 * Nothing is synced. A directory that this call made and could not finish is removed.
 *
 * Returns: (transfer full) (nullable): the directory @name in @self
 */
AimxDirectory *aimx_directory_make (AimxDirectory *self,
                                    const char *name,
                                    mode_t mode,
                                    guint uid,
                                    guint gid,
                                    gboolean *created,
                                    GError **error);
/** aimx_directory_ref: Returns: (transfer full): @self; any thread */
AimxDirectory *aimx_directory_ref (AimxDirectory *self);
/** aimx_directory_unref: drops a reference; any thread */
void aimx_directory_unref (AimxDirectory *self);
/** aimx_directory_get_fd: Returns: its descriptor, which stays @self's */
int aimx_directory_get_fd (AimxDirectory *self);
/** aimx_directory_get_path: Returns: (transfer none): for people to read, never to open */
const char *aimx_directory_get_path (AimxDirectory *self);
/** aimx_directory_get_info: what fstat(2) says of @self */
gboolean aimx_directory_get_info (AimxDirectory *self, struct stat *info, GError **error);
/** aimx_directory_sync: makes the names in @self durable */
gboolean aimx_directory_sync (AimxDirectory *self, GError **error);

/**
 * aimx_directory_open_file:
 * @self: the directory
 * @path: where below it
 * @info: (out): what fstat(2) says of it
 * @error: return location
 *
 * Opens a regular file for reading, without following links and without waiting for whoever holds the other end of a
 * pipe; anything that is no regular file is %AIMX_ERROR_CONFLICT.
 *
 * Returns: a descriptor, or -1
 */
int aimx_directory_open_file (AimxDirectory *self, const char *path, struct stat *info, GError **error);
/** aimx_directory_lookup: what lstat(2) says of the entry @name */
gboolean aimx_directory_lookup (AimxDirectory *self, const char *name, struct stat *info, GError **error);
/** aimx_directory_unlink: removes the entry @name, which is no directory */
gboolean aimx_directory_unlink (AimxDirectory *self, const char *name, GError **error);
/** aimx_directory_link: gives the entry @name, which is no directory, a second name: %AIMX_ERROR_CONFLICT when
 * @new_name is taken */
gboolean aimx_directory_link (AimxDirectory *self, const char *name, const char *new_name, GError **error);
/** aimx_directory_rmdir: removes the empty directory @name; one with entries is %AIMX_ERROR_NOT_EMPTY */
gboolean aimx_directory_rmdir (AimxDirectory *self, const char *name, GError **error);
/**
 * aimx_directory_rename:
 * @self: where the entry @name is
 * @name: its name
 * @target: where it goes
 * @new_name: how it is called there
 * @error: return location
 *
 * Moves an entry, a directory with all that is in it too, in one step that never replaces anything:
 * %AIMX_ERROR_CONFLICT when @new_name is taken.
 */
gboolean aimx_directory_rename (AimxDirectory *self,
                                const char *name,
                                AimxDirectory *target,
                                const char *new_name,
                                GError **error);
/**
 * aimx_directory_empty:
 * @self: the directory
 * @error: return location
 *
 * Removes every entry, however deep, never following a link and never crossing into another mount. The number of
 * descriptors is the same at any depth: a directory inside a directory is first moved up to @self. Whoever puts in new
 * entries meanwhile cannot keep it busy for ever; that ends with an error. After a failure it can be run again.
 */
gboolean aimx_directory_empty (AimxDirectory *self, GError **error);
/** aimx_directory_remove_tree: removes @name, whatever it is, as aimx_directory_empty() does; a missing one is fine */
gboolean aimx_directory_remove_tree (AimxDirectory *self, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxDirectory, aimx_directory_unref)

/** AimxDirectoryEntryType: what an entry is, links not followed */
typedef enum
{
  AIMX_DIRECTORY_ENTRY_FILE,
  AIMX_DIRECTORY_ENTRY_DIRECTORY,
  AIMX_DIRECTORY_ENTRY_OTHER,
} AimxDirectoryEntryType;

typedef struct _AimxDirectoryIter AimxDirectoryIter;

/** aimx_directory_iterate: Returns: (transfer full) (nullable): a walk over the entries of @self, `.` and `..` left
 * out; one thread at a time */
AimxDirectoryIter *aimx_directory_iterate (AimxDirectory *self, GError **error);
/**
 * aimx_directory_iter_next:
 * @self: the walk
 * @name: (out) (transfer none): an entry, until the next call; %NULL at the end
 * @type: (out): what it is
 * @error: return location
 *
 * Returns: %FALSE on an error
 */
gboolean
aimx_directory_iter_next (AimxDirectoryIter *self, const char **name, AimxDirectoryEntryType *type, GError **error);
/** aimx_directory_iter_free: ends the walk */
void aimx_directory_iter_free (AimxDirectoryIter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AimxDirectoryIter, aimx_directory_iter_free)

G_END_DECLS
