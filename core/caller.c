/* SPDX-License-Identifier: MIT */
/* AimxCaller: an immutable identity. */
#include <aimx/caller.h>

struct _AimxCaller
{
  guint uid;
  guint gid;
  gint pid;
};

G_DEFINE_BOXED_TYPE (AimxCaller, aimx_caller, aimx_caller_ref, aimx_caller_unref)

AimxCaller *
aimx_caller_new (guint uid, guint gid, gint pid)
{
  AimxCaller *self = g_atomic_rc_box_new (AimxCaller);

  *self = (AimxCaller){ uid, gid, pid };
  return self;
}

AimxCaller *
aimx_caller_ref (AimxCaller *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
aimx_caller_unref (AimxCaller *self)
{
  g_atomic_rc_box_release (self);
}

guint
aimx_caller_get_uid (const AimxCaller *self)
{
  return self->uid;
}

guint
aimx_caller_get_gid (const AimxCaller *self)
{
  return self->gid;
}

gint
aimx_caller_get_pid (const AimxCaller *self)
{
  return self->pid;
}

gboolean
aimx_caller_is_root (const AimxCaller *self)
{
  return self->uid == 0;
}
