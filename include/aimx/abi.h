/* SPDX-License-Identifier: MIT */
/*
 * The version of the interface between the server and its modules.
 *
 * A module is accepted when its major number is the server's and its minor number is not above the server's. The major
 * number rises when a symbol or a field changes or goes; the minor one when something is added.
 */
#pragma once

#include <gio/gio.h>
#include <glib-object.h>

/**
 * AIMX_ABI_MAJOR:
 *
 * Rises when something changes or goes.
 */
#define AIMX_ABI_MAJOR 1

/**
 * AIMX_ABI_MINOR:
 *
 * Rises when something is added.
 */
#define AIMX_ABI_MINOR 0

/**
 * AIMX_ABI_VERSION:
 *
 * Both in one number, for #AimxModuleDescriptor.
 */
#define AIMX_ABI_VERSION ((AIMX_ABI_MAJOR << 16) | AIMX_ABI_MINOR)

/**
 * AIMX_API:
 *
 * Marks what libaimx-core exports; everything else in it is hidden.
 */
#define AIMX_API __attribute__ ((visibility ("default")))

/**
 * AIMX_DECLARE_FLAGS: (skip)
 * @Type: an enumeration of bits
 *
 * Lets values of @Type be combined with `|` in C++ too, where an enumeration is no number. Stands behind its
 * definition, without a semicolon.
 */
#ifdef __cplusplus
#define AIMX_DECLARE_FLAGS(Type)                                                                                       \
  extern "C++"                                                                                                         \
  {                                                                                                                    \
    constexpr Type                                                                                                     \
    operator| (Type a, Type b)                                                                                         \
    {                                                                                                                  \
      return static_cast<Type> (static_cast<unsigned> (a) | static_cast<unsigned> (b));                                \
    }                                                                                                                  \
    inline Type &                                                                                                      \
    operator|= (Type &a, Type b)                                                                                       \
    {                                                                                                                  \
      return a = a | b;                                                                                                \
    }                                                                                                                  \
  }
#else
#define AIMX_DECLARE_FLAGS(Type)
#endif
