/* SPDX-License-Identifier: MIT */
/*
 * A change of the configuration, for its life, its edits, and the files beside the configuration.
 */
#pragma once

#include "config-store-private.h"

#include "io/directory.h"
#include "io/durable-file.h"

#include <tomledit.h>

G_BEGIN_DECLS

struct _AimxConfigChange
{
  GObject parent;
  AimxConfigStore *store;
  AimxLockGuard *guard;
  AimxDirectory *directory;
  GBytes *text; /* what the file held when it was read, or when it was written last */
  TomlDocument *document;
  AimxDirectory *place;  /* where the file is to be, with the prepared text beside it */
  char *name;            /* there */
  AimxDurableFile *file; /* NULL once it has replaced that one */
  AimxConfig *prepared;
  GBytes *prepared_text;
  gboolean is_written; /* what is prepared is the configuration's text */
};

/**
 * aimx_config_file_new:
 * @directory: where it is to be
 * @name: what it is to be called
 * @data: (array length=length) (element-type guint8): what it is to say
 * @length: bytes
 *
 * Whoever calls holds the configuration's lock: what a crash has left is removed.
 *
 * Returns: (transfer full) (nullable): a file with its bytes, beside that name and not synced yet
 */
AimxDurableFile *
aimx_config_file_new (AimxDirectory *directory, const char *name, gconstpointer data, gsize length, GError **error);

G_END_DECLS
