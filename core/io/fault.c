/* SPDX-License-Identifier: MIT */
/*
 * The plan of faults. It is the one piece of state shared by a whole process, since it stands for the disk, which is
 * shared as well; builds without test seams have none of it.
 */
#include "io/fault.h"

#ifdef AIMX_TEST_SEAMS

#include <aimx/error.h>
#include <aimx/log.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define FAULT_SHORT (-1)
#define FAULT_KILL  (-2)
#define FAULT_ANY   AIMX_FAULT_N_KINDS
#define MAX_FAULTS  16

typedef struct
{
  guint kind; /* AimxFaultKind or FAULT_ANY */
  guint64 n;
  gboolean onwards;
  int code; /* errno or one of the above */
} Fault;

static GMutex plan_lock;
static Fault faults[MAX_FAULTS];
static guint n_faults;
static guint64 counts[AIMX_FAULT_N_KINDS + 1];

static const char *const kind_names[AIMX_FAULT_N_KINDS + 1] = {
  "open",  "mkdir",  "stat", "read",   "write",   "sync", "chown",
  "chmod", "rename", "link", "unlink", "readdir", "map",  "any",
};

static const struct
{
  const char *name;
  int code;
} fault_names[] = {
  { "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EDQUOT", EDQUOT },     { "EINTR", EINTR },
  { "EINVAL", EINVAL }, { "EIO", EIO },       { "EMFILE", EMFILE },     { "ENFILE", ENFILE },
  { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC }, { "ENOSYS", ENOSYS },     { "EPERM", EPERM },
  { "EROFS", EROFS },   { "EXDEV", EXDEV },   { "short", FAULT_SHORT }, { "kill", FAULT_KILL },
};

static gboolean
parse_kind (const char *text, guint *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (g_str_equal (text, kind_names[i]))
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_code (const char *text, int *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (fault_names); i++)
    if (g_str_equal (text, fault_names[i].name))
      {
        *code = fault_names[i].code;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_fault (const char *text, Fault *fault)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);

  if (g_strv_length (parts) != 3 || !parse_kind (parts[0], &fault->kind) || !parse_code (parts[2], &fault->code))
    return FALSE;
  fault->onwards = g_str_has_suffix (parts[1], "+");
  if (fault->onwards)
    parts[1][strlen (parts[1]) - 1] = '\0';
  return g_ascii_string_to_unsigned (parts[1], 10, 1, G_MAXUINT64, &fault->n, NULL);
}

gboolean
aimx_fault_set_plan (const char *plan, GError **error)
{
  g_auto (GStrv) texts = g_strsplit (plan != NULL ? plan : "", ",", -1);
  guint n_texts = g_strv_length (texts);
  Fault parsed[MAX_FAULTS];

  if (n_texts > MAX_FAULTS)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION, "fault plan has more than %d faults", MAX_FAULTS);
      return FALSE;
    }
  for (guint i = 0; i < n_texts; i++)
    if (!parse_fault (texts[i], &parsed[i]))
      {
        g_set_error (error, AIMX_ERROR, AIMX_ERROR_VALIDATION,
                     "fault '%s' is not <kind>:<n>[+]:<errno name, short or kill>, such as sync:2:EIO", texts[i]);
        return FALSE;
      }
  g_mutex_lock (&plan_lock);
  memcpy (faults, parsed, n_texts * sizeof *parsed);
  n_faults = n_texts;
  memset (counts, 0, sizeof counts);
  g_mutex_unlock (&plan_lock);
  return TRUE;
}

gboolean
aimx_fault_set_plan_from_environment (GError **error)
{
  const char *plan = g_getenv (AIMX_FAULT_VARIABLE);

  if (plan == NULL)
    return TRUE;
  aimx_log (G_LOG_LEVEL_WARNING, "MESSAGE", "%s is set: system calls will fail on order (%s)", AIMX_FAULT_VARIABLE,
            plan);
  return aimx_fault_set_plan (plan, error);
}

guint64
aimx_fault_get_count (void)
{
  guint64 count;

  g_mutex_lock (&plan_lock);
  count = counts[FAULT_ANY];
  g_mutex_unlock (&plan_lock);
  return count;
}

gboolean
aimx_fault_strikes (AimxFaultKind kind, gsize *shortened)
{
  int code = 0;

  g_mutex_lock (&plan_lock);
  counts[kind]++;
  counts[FAULT_ANY]++;
  for (guint i = 0; i < n_faults && code == 0; i++)
    if ((faults[i].kind == kind || faults[i].kind == FAULT_ANY) &&
        (counts[faults[i].kind] == faults[i].n || (faults[i].onwards && counts[faults[i].kind] > faults[i].n)))
      code = faults[i].code;
  g_mutex_unlock (&plan_lock);
  if (code == FAULT_KILL)
    kill (getpid (), SIGKILL);
  if (code == FAULT_SHORT && shortened != NULL && *shortened > 1)
    *shortened /= 2;
  if (code <= 0)
    return FALSE;
  errno = code;
  return TRUE;
}

#endif
