/* SPDX-License-Identifier: MIT */
/* What of the plugin its test calls. */
#pragma once

#include <aimx/aimx.h>

extern const AimxVerbSpec words_verb;
