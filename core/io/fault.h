/* SPDX-License-Identifier: MIT */
/*
 * Faults on order, so that tests can see what a failing disk does to each step of a delivery or a deletion.
 *
 * A plan is a comma-separated list of `<kind>:<n>:<fault>`: the n-th system call of that kind (from 1), counted from
 * the moment the plan was set, is not made but fails with the named errno. `<n>+` means that call and every later one.
 * Kinds are those of #AimxFaultKind in lower case, and `any`, which counts all calls together. Faults are `E2BIG`-like
 * names known to fault.c; `short`: a write or read moves fewer bytes than asked, on other kinds it does nothing; and
 * `kill`: the process ends before the call, as by a power failure.
 *
 * Exists only in builds with test seams. Without them aimx_fault_strikes() is a constant and nothing of this is built.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** AimxFaultKind: what a system call is to the plan */
typedef enum
{
  AIMX_FAULT_OPEN,
  AIMX_FAULT_MKDIR,
  AIMX_FAULT_STAT,
  AIMX_FAULT_READ,
  AIMX_FAULT_WRITE,
  AIMX_FAULT_SYNC,
  AIMX_FAULT_CHOWN,
  AIMX_FAULT_CHMOD,
  AIMX_FAULT_RENAME,
  AIMX_FAULT_LINK,
  AIMX_FAULT_UNLINK,
  AIMX_FAULT_READDIR,
  AIMX_FAULT_MAP,
  AIMX_FAULT_N_KINDS,
} AimxFaultKind;

#ifdef AIMX_TEST_SEAMS

/** AIMX_FAULT_VARIABLE: the environment variable that holds the daemon's plan */
#define AIMX_FAULT_VARIABLE "AIMX_TEST_FAULT"

/**
 * aimx_fault_set_plan:
 * @plan: (nullable): the plan, %NULL for none
 * @error: return location
 *
 * Replaces the plan and starts counting anew. Any thread.
 *
 * Returns: whether @plan could be read; %AIMX_ERROR_VALIDATION
 */
gboolean aimx_fault_set_plan (const char *plan, GError **error);

/**
 * aimx_fault_set_plan_from_environment:
 * @error: return location
 *
 * Takes the plan of %AIMX_FAULT_VARIABLE, when it is set, and warns that it did.
 */
gboolean aimx_fault_set_plan_from_environment (GError **error);

/** aimx_fault_get_count: Returns: system calls of all kinds since the plan was set; any thread */
guint64 aimx_fault_get_count (void);

/**
 * aimx_fault_strikes:
 * @kind: what is about to be called
 * @shortened: (inout) (optional): bytes to move; lowered by the fault `short`
 *
 * Counts a call. Any thread.
 *
 * Returns: whether the call is to fail, with errno set
 */
gboolean aimx_fault_strikes (AimxFaultKind kind, gsize *shortened);

#else
#define aimx_fault_strikes(kind, shortened) (FALSE)
#endif

G_END_DECLS
