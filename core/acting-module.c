/* SPDX-License-Identifier: MIT */
/*
 * Whose code runs on a thread.
 *
 * Which addresses are a plugin's is known of the whole process, as the linker knows it: a file that was loaded stays.
 * So the list only grows, and is read without a lock.
 */
#include "acting-module.h"

#include <link.h>

typedef struct _Code Code;

struct _Code
{
  const char *module;
  gsize first, end;
  Code *next;
};

/* Read by a handler of signals too, where a variable that is made at its first use could not be. */
static _Thread_local const char *acting __attribute__ ((tls_model ("initial-exec")));
static Code *codes; /* atomic */

const char *
aimx_acting_module_get (void)
{
  return acting;
}

const char *
aimx_acting_module_set (const char *name)
{
  const char *before = acting;

  acting = name;
  return before;
}

/* ---- code ---- */

/* Whether it is the object that @data has an address of: then that becomes all of its addresses. */
static int
measure (struct dl_phdr_info *info, size_t size, void *data)
{
  Code *code = data;
  gsize first = G_MAXSIZE, end = 0;

  for (int i = 0; i < info->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *segment = &info->dlpi_phdr[i];

      if (segment->p_type != PT_LOAD)
        continue;
      first = MIN (first, info->dlpi_addr + segment->p_vaddr);
      end = MAX (end, info->dlpi_addr + segment->p_vaddr + segment->p_memsz);
    }
  if (code->first < first || code->first >= end)
    return 0;
  code->first = first;
  code->end = end;
  return 1;
}

static const Code *
find_code (gconstpointer address)
{
  for (const Code *code = g_atomic_pointer_get (&codes); code != NULL; code = code->next)
    if ((gsize) address >= code->first && (gsize) address < code->end)
      return code;
  return NULL;
}

void
aimx_acting_module_add_code (const char *name, gconstpointer address)
{
  Code code = { .module = name, .first = (gsize) address, .next = codes };

  if (find_code (address) == NULL && dl_iterate_phdr (measure, &code) != 0)
    g_atomic_pointer_set (&codes, g_memdup2 (&code, sizeof code));
}

const char *
aimx_acting_module_find (gconstpointer address)
{
  const Code *code = find_code (address);

  return code != NULL ? code->module : acting;
}
