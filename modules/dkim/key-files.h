/* SPDX-License-Identifier: MIT */
/*
 * The keys of a domain as files beside the configuration: `dkim/<domain>/`, for the default domain also the RSA pair in
 * the place that a single domain had, `dkim/`. Pairs that are to follow those lie in `dkim/<domain>/<selector>/` until
 * the others are out of use. Nothing here destroys a key. All may block.
 *
 * Between any two steps there is a key pair, or a private key without its public one, and no private key only where
 * there was none: never one beside another's public key.
 */
#pragma once

#include "key.h"

G_BEGIN_DECLS

/**
 * DkimKeyFiles:
 * @store: where they are
 * @domain: whose they are
 * @is_default: whether it is the default domain
 * @selector: (nullable): in use; %NULL: no key counts that follows others
 *
 * Which files; what it points to must outlive it.
 */
typedef struct
{
  AimxConfigStore *store;
  const char *domain;
  gboolean is_default;
  const char *selector;
} DkimKeyFiles;

/** dkim_key_files_get_directory: Returns: (transfer full): where new keys go, relative to the configuration directory
 */
char *dkim_key_files_get_directory (const DkimKeyFiles *self);
/** dkim_key_files_find_place: Returns: (transfer full): where a key in use is, or would be, likewise */
char *dkim_key_files_find_place (const DkimKeyFiles *self, DkimAlgorithm algorithm);
/** dkim_key_files_get_path: Returns: (transfer full): absolute path of the private key in @directory */
char *dkim_key_files_get_path (const DkimKeyFiles *self, const char *directory, DkimAlgorithm algorithm);

/**
 * dkim_key_files_read:
 * @self: which files
 * @algorithm: which key
 * @directory: (out) (optional) (transfer full): the place where it is, or would be, relative; always set
 * @error: %AIMX_ERROR_NOT_FOUND, %AIMX_ERROR_SIGN: not usable, %AIMX_ERROR_IO: not readable; names the file
 *
 * Returns: (transfer full) (nullable): the private key
 */
DkimKey *dkim_key_files_read (const DkimKeyFiles *self, DkimAlgorithm algorithm, char **directory, GError **error);
/** dkim_key_files_has: Returns: whether there is a private key, if one that cannot be used */
gboolean dkim_key_files_has (const DkimKeyFiles *self, DkimAlgorithm algorithm);
/** dkim_key_files_read_record: Returns: (transfer full) (nullable): what the public key's record says, %NULL when there
 * is no public key that can be read */
char *dkim_key_files_read_record (const DkimKeyFiles *self, DkimAlgorithm algorithm);

/**
 * dkim_key_files_complete:
 * @self: which files
 * @change: a change of the configuration
 * @key: the private key there
 * @directory: the place it is in
 * @error: return location
 *
 * Writes the public key when it is missing: who made the private one got no further.
 */
gboolean dkim_key_files_complete (const DkimKeyFiles *self,
                                  AimxConfigChange *change,
                                  DkimKey *key,
                                  const char *directory,
                                  GError **error);
/**
 * dkim_key_files_make:
 * @self: which files
 * @change: a change of the configuration
 * @algorithm: of the new pair
 * @kept: (nullable) (element-type utf8): gets absolute paths of what was there and has another name now
 * @error: return location
 *
 * Makes a new pair in the directory of the domain, which is in use when this returns: what was there, in the place of a
 * single domain, or in the directory of the selector, gets the name `<name>.<UTC stamp>`. Until the new private key is
 * in place the old one is.
 *
 * Returns: (transfer full) (nullable): the new key
 */
DkimKey *dkim_key_files_make (const DkimKeyFiles *self,
                              AimxConfigChange *change,
                              DkimAlgorithm algorithm,
                              GPtrArray *kept,
                              GError **error);
/**
 * dkim_key_files_adopt:
 * @self: which files
 * @change: a change of the configuration
 * @error: %AIMX_ERROR_CONFLICT when both places have a private key
 *
 * Moves the pair of a single domain into the directory of this domain.
 */
gboolean dkim_key_files_adopt (const DkimKeyFiles *self, AimxConfigChange *change, GError **error);

/**
 * dkim_key_files_make_next:
 * @self: which files; the selector is the one to come, and fit for a new one (dkim_selector_check_new())
 * @change: a change of the configuration
 * @algorithm: of the pair
 * @error: %AIMX_ERROR_SIGN: the key that is there cannot be used, %AIMX_ERROR_IO, %AIMX_ERROR_NO_SPACE
 *
 * Makes a pair in the directory of its selector, or completes the one that is there.
 *
 * Returns: (transfer full) (nullable): the key
 */
DkimKey *
dkim_key_files_make_next (const DkimKeyFiles *self, AimxConfigChange *change, DkimAlgorithm algorithm, GError **error);
/** dkim_key_files_has_next: Returns: whether there is a private key in the directory of the selector */
gboolean dkim_key_files_has_next (const DkimKeyFiles *self, DkimAlgorithm algorithm);
/** dkim_key_files_clear_next: renames all pairs in the directory of the selector to `<name>.<UTC stamp>`, so that they
 * do not count; @kept: (nullable) (element-type utf8): gets their absolute paths */
gboolean
dkim_key_files_clear_next (const DkimKeyFiles *self, AimxConfigChange *change, GPtrArray *kept, GError **error);
/**
 * dkim_key_files_promote:
 * @self: which files; the selector is in use by now
 * @change: a change of the configuration
 * @algorithm: of the pair
 * @kept: (nullable) (element-type utf8): gets absolute paths of what was there and has another name now
 * @error: %AIMX_ERROR_SIGN: it cannot be used, so that the other stays in place
 *
 * Moves a pair from the directory of its selector into that of the domain; the pair there is renamed to
 * `<name>.<UTC stamp>`. What an interrupted run left is finished; nothing happens when all is done.
 */
gboolean dkim_key_files_promote (const DkimKeyFiles *self,
                                 AimxConfigChange *change,
                                 DkimAlgorithm algorithm,
                                 GPtrArray *kept,
                                 GError **error);

/** dkim_key_files_settle: promotes each pair that can be used; one that cannot stays where it is, in use */
gboolean dkim_key_files_settle (const DkimKeyFiles *self, AimxConfigChange *change, GPtrArray *kept, GError **error);

G_END_DECLS
