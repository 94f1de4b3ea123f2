/* SPDX-License-Identifier: MIT */
#include "arc-sets.h"

#include <string.h>

void
dkim_arc_sets_add (DkimArcSets *self, DkimArcField kind, guint instance, const DkimField *field)
{
  DkimArcSet *set = &self->sets[instance];

  if (set->n[kind]++ == 0)
    set->fields[kind] = field;
}

gboolean
dkim_arc_sets_check (const DkimArcSets *self, guint first, guint last, GError **error)
{
  static const char *const names[] = {
    [DKIM_ARC_RESULTS] = "ARC-Authentication-Results",
    [DKIM_ARC_MESSAGE_SIGNATURE] = "ARC-Message-Signature",
    [DKIM_ARC_SEAL] = "ARC-Seal",
  };

  for (guint i = first; i <= last; i++)
    for (DkimArcField kind = 0; kind < DKIM_ARC_N_FIELDS; kind++)
      if (self->sets[i].n[kind] != 1)
        return dkim_refuse (error, DKIM_FAULT_PERMERROR, "ARC set %u has %s %s", i,
                            self->sets[i].n[kind] == 0 ? "no" : "more than one", names[kind]);
  return TRUE;
}

/* White space and comments (RFC 5322, 3.2.2). */
static const char *
skip_comments (const char *p, const char *end)
{
  guint depth = 0;

  for (; p < end; p++)
    if (*p == '(')
      depth++;
    else if (*p == ')' && depth > 0)
      depth--;
    else if (*p == '\\' && depth > 0 && p + 1 < end)
      p++;
    else if (depth == 0 && !g_ascii_isspace (*p))
      break;
  return p;
}

/* Whether @c is what comes next; passes it. */
static gboolean
take (const char **p, const char *end, char c)
{
  *p = skip_comments (*p, end);
  if (*p == end || **p != c)
    return FALSE;
  *p = skip_comments (*p + 1, end);
  return TRUE;
}

/* It begins with `i=N;` (RFC 8617, 4.1.1); what follows is no tag list. */
guint
dkim_arc_results_get_instance (const DkimField *field)
{
  const char *end = field->data + field->length;
  const char *p = (const char *) memchr (field->data, ':', field->length) + 1;
  guint instance = 0;

  if (!take (&p, end, 'i') || !take (&p, end, '='))
    return 0;
  for (guint digits = 0; p < end && digits < 2 && g_ascii_isdigit (*p); digits++)
    instance = 10 * instance + (guint) g_ascii_digit_value (*p++);
  return instance <= AIMX_ARC_SETS_MAX && take (&p, end, ';') ? instance : 0;
}
