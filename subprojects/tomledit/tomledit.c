/* SPDX-License-Identifier: MIT */
#include "tomledit.h"
