/* SPDX-License-Identifier: MIT */
/*
 * All keys of all domains as one immutable value: a hash table of domain to #DkimDomainKeys, which nobody changes once
 * it is in use, with the references that every hash table has. The entries are shared between one map and the next.
 */
#pragma once

#include "key-files.h"
#include "selector.h"

G_BEGIN_DECLS

/**
 * DkimDomainKeys:
 * @refs: references
 * @domain: whose keys
 * @selector: of the RSA key
 * @directory: absolute path of the directory that the RSA key is in, or would be
 * @keys: by algorithm; %NULL for one that is not there or cannot be used
 * @exposures: by algorithm; what is wrong with the access to a key that is there, %NULL for nothing
 * @errors: by algorithm; why there is none in the files; %NULL for what is there, and for an optional key that is not.
 * A key with an error is the one that was read before
 *
 * What is known about the keys of one domain, also when it has none.
 */
typedef struct
{
  gatomicrefcount refs;
  char *domain;
  char *selector;
  char *directory;
  DkimKey *keys[DKIM_N_ALGORITHMS];
  char *exposures[DKIM_N_ALGORITHMS];
  GError *errors[DKIM_N_ALGORITHMS];
} DkimDomainKeys;

/** dkim_domain_keys_ref: Returns: (transfer full): @self; any thread */
DkimDomainKeys *dkim_domain_keys_ref (DkimDomainKeys *self);
/** dkim_domain_keys_unref: drops a reference; any thread */
void dkim_domain_keys_unref (DkimDomainKeys *self);

/**
 * dkim_key_map_new:
 * @store: where the keys are
 * @config: of which domains
 * @old: (nullable): the map before
 * @reread: whether all files are read; else entries of @old are taken for domains whose selector is the same
 * @read: (nullable) (element-type DkimDomainKeys) (transfer container): gets the entries that were read
 *
 * A key of @old stays when what is in its place now cannot be used. May block.
 *
 * Returns: (transfer full): a new map
 */
GHashTable *
dkim_key_map_new (AimxConfigStore *store, AimxConfig *config, GHashTable *old, gboolean reread, GPtrArray *read);
/** dkim_key_map_renew: Returns: (transfer full): a copy of @map with @domain read again, in the same way; may block */
GHashTable *dkim_key_map_renew (GHashTable *map, AimxConfigStore *store, AimxConfig *config, const AimxDomain *domain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DkimDomainKeys, dkim_domain_keys_unref)

G_END_DECLS
