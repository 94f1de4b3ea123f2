/* SPDX-License-Identifier: MIT */
/*
 * The note of a crash. Only what is async-signal-safe may be called: no log, no allocation.
 */
#include "crash-note.h"

#include "acting-module.h"

#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static struct iovec
part (const char *text)
{
  return (struct iovec){ (char *) text, strlen (text) };
}

static void
write_note (const char *module)
{
  const struct iovec note[] = { part ("the server crashes in code that module '"), part (module), part ("' runs\n") };
  /* Where nothing can be written, there is nobody to tell. */
  ssize_t written = writev (STDERR_FILENO, note, G_N_ELEMENTS (note));

  (void) written;
}

/* Its handling is the default again: the process ends as it would have. */
static void
on_crash (int number)
{
  const char *module = aimx_acting_module_get ();

  if (module != NULL)
    write_note (module);
  raise (number);
}

void
aimx_crash_note_install (void)
{
  static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      const struct sigaction action = { .sa_handler = on_crash, .sa_flags = (int) (SA_RESETHAND | SA_NODEFER) };
      struct sigaction before;

      /* Sanitizers have handlers of their own. */
      if (sigaction (signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
        sigaction (signals[i], &action, NULL);
    }
}
