/* SPDX-License-Identifier: MIT */
/*
 * A change of the configuration, for its life, its edits, and the files beside the configuration.
 */
#pragma once

#include "config-store-private.h"

#include "io/directory.h"

#include <tomledit.h>

G_BEGIN_DECLS

struct _AimxConfigChange
{
  GObject parent;
  AimxConfigStore *store;
  AimxLockGuard *guard;
  AimxDirectory *directory;
  int lock; /* held while the change lives */
  TomlDocument *document;
  AimxConfig *written;
  GBytes *written_text;
};

G_END_DECLS
