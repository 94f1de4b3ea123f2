/* SPDX-License-Identifier: MIT */
/* Who else can have a private key: its file is to be its owner's alone. May block. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** dkim_key_access_judge: Returns: (transfer full) (nullable): what is wrong with the access to the private key in
 * @path, and what can be done; %NULL when only root, this process and the owner of @config_dir can have it, or nobody
 * knows */
char *dkim_key_access_judge (const char *path, const char *config_dir);

G_END_DECLS
