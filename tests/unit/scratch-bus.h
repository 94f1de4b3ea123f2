/* SPDX-License-Identifier: MIT */
/* A bus of its own, and connections to it as any user. Any failure ends the test. */
#pragma once

#include "scratch-directory.h"

#include <gio/gio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

typedef struct
{
  ScratchDirectory *scratch;
  char *address;
  GPid pid;
} ScratchBus;

/* A test that dies takes its bus along. */
static inline void
scratch_bus_tie (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static inline void
scratch_bus_start (ScratchBus *self)
{
  g_autofree char *socket = g_build_filename (self->scratch, "socket", NULL);
  g_autofree char *option = g_strdup_printf ("--config-file=%s/bus.conf", self->scratch);
  const char *const command[] = { "dbus-daemon", option, "--nofork", "--print-address", NULL };
  g_autoptr (GError) error = NULL;
  char byte = 0;
  int out;

  unlink (socket);
  g_spawn_async_with_pipes (NULL, (char **) command, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                            scratch_bus_tie, NULL, &self->pid, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  /* It says its address once it takes connections. */
  while (byte != '\n')
    g_assert_cmpint (read (out, &byte, 1), ==, 1);
  close (out);
}

static inline void
scratch_bus_stop (ScratchBus *self)
{
  kill (self->pid, SIGKILL);
  waitpid (self->pid, NULL, 0);
  g_spawn_close_pid (self->pid);
  self->pid = 0;
}

static inline void
scratch_bus_init (ScratchBus *self)
{
  g_autofree char *config = NULL;

  self->scratch = scratch_directory_new ();
  g_assert_no_errno (chmod (self->scratch, 0755));
  self->address = g_strdup_printf ("unix:path=%s/socket", self->scratch);
  config = g_strdup_printf ("<busconfig><listen>%s</listen><auth>EXTERNAL</auth><policy context=\"default\">"
                            "<allow user=\"*\"/><allow own=\"*\"/><allow send_destination=\"*\"/>"
                            "<allow receive_sender=\"*\"/></policy></busconfig>",
                            self->address);
  scratch_write (self->scratch, "bus.conf", config);
  scratch_bus_start (self);
}

static inline void
scratch_bus_clear (ScratchBus *self)
{
  if (self->pid != 0)
    scratch_bus_stop (self);
  g_free (self->address);
  scratch_directory_free (self->scratch);
}

/* The bus asks the kernel who connects: for that long this thread is @uid. Glibc would make the whole process so. */
static inline GDBusConnection *
scratch_bus_connect (ScratchBus *self, guint uid)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  if (uid != geteuid ())
    g_assert_no_errno ((int) syscall (SYS_setresuid, -1, uid, -1));
  connection = g_dbus_connection_new_for_address_sync (self->address,
                                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                           G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                       NULL, NULL, &error);
  if (uid != geteuid () || getuid () == 0)
    g_assert_no_errno ((int) syscall (SYS_setresuid, -1, getuid (), -1));
  g_assert_no_error (error);
  return connection;
}
