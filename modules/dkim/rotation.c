/* SPDX-License-Identifier: MIT */
#include "rotation.h"

#include "report.h"
#include "rotation-end.h"

#define DNS_WAIT_MSEC  5000
#define SELECTORS_MAX  100 /* made up on one day */
#define SELECTOR_STAMP "s%Y%m%d"

/* ---- the report ---- */

static void
key_free (gpointer data)
{
  DkimRotationKey *self = data;

  g_free (self->record);
  g_free (self->found);
  g_free (self->reason);
  g_free (self);
}

void
dkim_rotation_report_free (DkimRotationReport *self)
{
  g_free (self->domain);
  g_free (self->selector);
  g_free (self->old_selector);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->kept);
  g_free (self);
}

static DkimRotationReport *
report_new (void)
{
  DkimRotationReport *self = g_new0 (DkimRotationReport, 1);

  self->keys = g_ptr_array_new_with_free_func (key_free);
  self->kept = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
report_add_key (DkimRotationReport *self, DkimKey *key)
{
  DkimRotationKey *reported = g_new0 (DkimRotationKey, 1);

  reported->algorithm = dkim_key_get_algorithm (key);
  reported->record = g_strdup (dkim_key_get_record (key));
  g_ptr_array_add (self->keys, reported);
}

static gboolean
report_is_published (DkimRotationReport *self)
{
  for (guint i = 0; i < self->keys->len; i++)
    if (((DkimRotationKey *) self->keys->pdata[i])->published != DKIM_PUBLISHED_RIGHT)
      return FALSE;
  return TRUE;
}

/* ---- a step: what is there, and nobody changes it meanwhile ---- */

typedef struct
{
  AimxConfigChange *change;
  AimxConfig *config;  /* as in the file */
  const char *current; /* selector */
  DkimKeyFiles files;
  DkimRotation *rotation; /* NULL for none */
  gboolean begins;        /* nothing is written about it yet */
} Step;

static void
step_clear (Step *self)
{
  g_clear_pointer (&self->rotation, dkim_rotation_free);
  g_clear_object (&self->config);
  g_clear_object (&self->change);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Step, step_clear)

static gboolean
step_find_domain (Step *self, const char *name, GError **error)
{
  const AimxDomain *domain = aimx_config_get_domain (self->config, name);

  if (domain == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_DOMAIN, "domain '%s' is not in `domains`", name);
      return FALSE;
    }
  self->current = aimx_domain_get_dkim_selector (domain);
  self->files.domain = aimx_domain_get_name (domain);
  self->files.is_default = domain == aimx_config_get_default_domain (self->config);
  self->files.selector = self->current;
  return TRUE;
}

static gboolean
step_open (Step *self, AimxServer *server, const char *domain, GError **error)
{
  g_autoptr (GError) why = NULL;

  self->files.store = aimx_server_get_config_store (server);
  self->change = aimx_server_begin_change (server, NULL, error);
  self->config = self->change != NULL ? aimx_config_change_validate (self->change, error) : NULL;
  if (self->config == NULL || !step_find_domain (self, domain, error))
    return FALSE;
  self->rotation = dkim_rotation_read (&self->files, &why);
  if (self->rotation != NULL || g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
step_is_switched (const Step *self)
{
  return strcmp (self->rotation->selector, self->current) == 0;
}

/* ---- the new keys ---- */

/* One that the domain has never had: its record may still be in the DNS. */
static char *
make_up_selector (const Step *self)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, SELECTOR_STAMP);
  char *selector = g_strdup (stamp);

  for (guint i = 2; i <= SELECTORS_MAX && dkim_rotation_has_used (&self->files, selector); i++)
    {
      g_free (selector);
      selector = g_strdup_printf ("%s-%u", stamp, i);
    }
  return selector;
}

static gboolean
begin (Step *self, const DkimRotationWish *wish, GError **error)
{
  g_autofree char *selector = wish->selector != NULL ? g_strdup (wish->selector) : make_up_selector (self);
  g_autoptr (GError) why = NULL;
  g_autoptr (DkimKey) key = dkim_key_files_read (&self->files, DKIM_RSA, NULL, &why);
  gboolean has_ed25519 = dkim_key_files_has (&self->files, DKIM_ED25519);

  if (key == NULL)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_SIGN,
                   "%s has no key that another could follow: %s; make one with `aimx dkim-keygen --domain %s%s`",
                   self->files.domain, why->message, self->files.domain,
                   g_error_matches (why, AIMX_ERROR, AIMX_ERROR_SIGN) ? " --force" : "");
      return FALSE;
    }
  if (!dkim_selector_check_new (selector, self->files.domain, has_ed25519, self->current, error))
    return FALSE;
  if (strcmp (selector, self->current) == 0)
    {
      g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "%s has selector %s already; the new key needs another",
                   self->files.domain, selector);
      return FALSE;
    }
  self->rotation = dkim_rotation_new (selector, self->current);
  self->begins = TRUE;
  return TRUE;
}

static gboolean
find_or_begin (Step *self, const DkimRotationWish *wish, GError **error)
{
  if (self->rotation == NULL && wish->begins)
    return begin (self, wish, error);
  if (self->rotation == NULL)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_NOT_FOUND, "no key of %s is being replaced", self->files.domain);
  else if (wish->selector != NULL && strcmp (wish->selector, self->rotation->selector) != 0)
    g_set_error (error, AIMX_ERROR, AIMX_ERROR_CONFLICT, "the key of %s is being replaced by that of selector %s",
                 self->files.domain, self->rotation->selector);
  else
    return TRUE;
  return FALSE;
}

/* One for each key in use, also for one that was damaged meanwhile; after the switch, that one. */
static DkimKey *
make_key (Step *self, DkimAlgorithm algorithm, GError **error)
{
  DkimKeyFiles next = self->files;

  next.selector = self->rotation->selector;
  if (!step_is_switched (self) &&
      (dkim_key_files_has (&self->files, algorithm) || dkim_key_files_has_next (&next, algorithm)))
    return dkim_key_files_make_next (&next, self->change, algorithm, error);
  return dkim_key_files_read (&self->files, algorithm, NULL, error);
}

static gboolean
make_keys (Step *self, DkimRotationReport *report, GError **error)
{
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autoptr (GError) why = NULL;
      g_autoptr (DkimKey) key = make_key (self, i, &why);

      if (key != NULL)
        report_add_key (report, key);
      else if (i == DKIM_RSA || !g_error_matches (why, AIMX_ERROR, AIMX_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
  return TRUE;
}

/* ---- how far it is ---- */

/* @rotation: (nullable): under way, or the last one */
static void
describe (const Step *self, const DkimRotation *rotation, DkimRotationStage stage, DkimRotationReport *report)
{
  report->stage = stage;
  report->domain = g_strdup (self->files.domain);
  report->selector = g_strdup (rotation != NULL ? rotation->selector : self->current);
  report->old_selector = rotation != NULL ? g_strdup (rotation->old_selector) : NULL;
  report->switched_at = rotation != NULL && stage != DKIM_ROTATION_WAITING ? rotation->switched_at : 0;
}

static void
describe_current (const Step *self, DkimRotationReport *report)
{
  describe (self, self->rotation, step_is_switched (self) ? DKIM_ROTATION_SWITCHED : DKIM_ROTATION_WAITING, report);
}

/* The keys that are there; none is made. */
static void
read_keys (const Step *self, DkimRotationReport *report)
{
  DkimKeyFiles files = self->files;

  files.selector = report->selector;
  for (DkimAlgorithm i = 0; i < DKIM_N_ALGORITHMS; i++)
    {
      g_autoptr (DkimKey) key = report->stage != DKIM_ROTATION_WAITING || dkim_key_files_has_next (&files, i)
                                    ? dkim_key_files_read (&files, i, NULL, NULL)
                                    : NULL;

      if (key != NULL)
        report_add_key (report, key);
    }
}

/* Whether who asks for a rotation may well be asking for the last one. */
static gboolean
has_just_ended (const DkimRotation *last, const DkimRotationWish *wish)
{
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  return last != NULL && wish->begins && !wish->again && wish->selector == NULL &&
         now < last->switched_at + 2 * DKIM_ROTATION_GRACE_SECONDS;
}

/* ---- the first step ---- */

/* After its keys, so that what is known about it is true. */
static gboolean
write_down (Step *self, GError **error)
{
  return !self->begins || dkim_rotation_begin (self->rotation, &self->files, self->change, error);
}

static gboolean
prepare (DkimRotationReport *report,
         AimxServer *server,
         const char *domain,
         const DkimRotationWish *wish,
         GError **error)
{
  g_auto (Step) step = { NULL };
  g_autoptr (DkimRotation) last = NULL;

  if (!step_open (&step, server, domain, error))
    return FALSE;
  last = step.rotation == NULL ? dkim_rotation_read_last (&step.files, step.current) : NULL;
  if (has_just_ended (last, wish))
    {
      describe (&step, last, DKIM_ROTATION_DONE, report);
      read_keys (&step, report);
      return TRUE;
    }
  if (!find_or_begin (&step, wish, error) || !make_keys (&step, report, error) || !write_down (&step, error))
    return FALSE;
  describe_current (&step, report);
  return TRUE;
}

/* ---- the DNS ---- */

static void
look_up (DkimRotationReport *self, AimxResolver *resolver)
{
  for (guint i = 0; i < self->keys->len; i++)
    {
      DkimRotationKey *key = self->keys->pdata[i];
      g_autofree char *name = dkim_report_name_record (self->domain, self->selector, key->algorithm);
      g_autoptr (AimxDnsAnswer) answer =
          resolver != NULL ? aimx_resolver_wait_for_fresh (resolver, name, AIMX_DNS_TXT, DNS_WAIT_MSEC)
                           : aimx_dns_answer_new (AIMX_DNS_FAILED, AIMX_DNS_INSECURE, 0, "no module asks the DNS");

      key->published = dkim_published_judge (answer, key->record, &key->found, &key->reason);
    }
}

/* ---- the switch ---- */

/* Nothing, when somebody else was faster. */
static gboolean
name_new_selector (DkimRotationReport *report, AimxServer *server, GError **error)
{
  g_auto (Step) step = { NULL };

  if (!step_open (&step, server, report->domain, error))
    return FALSE;
  if (step.rotation == NULL || step_is_switched (&step))
    return TRUE;
  if (!dkim_rotation_forget_switch (step.rotation, &step.files, step.change, error) ||
      !aimx_config_change_set_dkim_selector (step.change, report->domain, report->selector, error) ||
      !aimx_config_change_commit (step.change, error))
    return FALSE;
  aimx_log (G_LOG_LEVEL_MESSAGE, AIMX_LOG_DOMAIN, report->domain, "MESSAGE",
            "mail of domain %s is signed with the key of selector %s from now on, no longer with that of %s; leave the "
            "record of that in the DNS for mail that is under way",
            report->domain, report->selector, report->old_selector);
  dkim_report_change (server, report->domain);
  return TRUE;
}

static gboolean
mark_switched (DkimRotationReport *report, AimxServer *server, GError **error)
{
  g_auto (Step) step = { NULL };

  if (!step_open (&step, server, report->domain, error))
    return FALSE;
  if (step.rotation == NULL || !step_is_switched (&step))
    return TRUE;
  if (!dkim_rotation_mark_switched (step.rotation, &step.files, step.change, error))
    return FALSE;
  report->stage = DKIM_ROTATION_SWITCHED;
  report->switched_at = step.rotation->switched_at;
  return TRUE;
}

static gboolean
switch_when_published (DkimRotationReport *report, AimxServer *server, GError **error)
{
  if (report->stage == DKIM_ROTATION_WAITING && !report_is_published (report))
    return TRUE;
  if (report->stage == DKIM_ROTATION_WAITING && !name_new_selector (report, server, error))
    return FALSE;
  return report->switched_at != 0 || mark_switched (report, server, error);
}

/* ---- the old keys ---- */

static gboolean
retire (DkimRotationReport *report, AimxServer *server, DkimSigner *signer, GError **error)
{
  g_auto (Step) step = { NULL };

  if (!step_open (&step, server, report->domain, error))
    return FALSE;
  if (step.rotation == NULL || !step_is_switched (&step))
    return TRUE;
  if (!dkim_rotation_finish (step.rotation, &step.files, step.change, report->kept, error))
    return FALSE;
  dkim_signer_renew (signer, step.config, report->domain);
  report->stage = DKIM_ROTATION_DONE;
  aimx_log (G_LOG_LEVEL_MESSAGE, AIMX_LOG_DOMAIN, report->domain, "MESSAGE",
            "the keys of selector %s of domain %s are put aside; its record may leave the DNS", report->old_selector,
            report->domain);
  dkim_report_change (server, report->domain);
  return TRUE;
}

static gboolean
retire_when_due (DkimRotationReport *report,
                 AimxServer *server,
                 DkimSigner *signer,
                 const DkimRotationWish *wish,
                 GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (report->stage != DKIM_ROTATION_SWITCHED ||
      (!wish->finishes && now - report->switched_at < DKIM_ROTATION_GRACE_SECONDS))
    return TRUE;
  return retire (report, server, signer, error);
}

DkimRotationReport *
dkim_rotation_advance (AimxServer *server,
                       DkimSigner *signer,
                       AimxResolver *resolver,
                       const char *domain,
                       const DkimRotationWish *wish,
                       GError **error)
{
  g_autoptr (DkimRotationReport) report = report_new ();

  if (!prepare (report, server, domain, wish, error))
    return NULL;
  if (report->stage == DKIM_ROTATION_WAITING || wish->begins)
    look_up (report, resolver);
  return switch_when_published (report, server, error) && retire_when_due (report, server, signer, wish, error)
             ? g_steal_pointer (&report)
             : NULL;
}

static gboolean
look (DkimRotationReport *report, AimxServer *server, const char *domain, GError **error)
{
  g_auto (Step) step = { NULL };
  g_autoptr (DkimRotation) last = NULL;

  if (!step_open (&step, server, domain, error))
    return FALSE;
  if (step.rotation != NULL)
    describe_current (&step, report);
  else
    {
      last = dkim_rotation_read_last (&step.files, step.current);
      describe (&step, last, last != NULL ? DKIM_ROTATION_DONE : DKIM_ROTATION_NONE, report);
    }
  read_keys (&step, report);
  return TRUE;
}

DkimRotationReport *
dkim_rotation_look (AimxServer *server, AimxResolver *resolver, const char *domain, GError **error)
{
  g_autoptr (DkimRotationReport) report = report_new ();

  if (!look (report, server, domain, error))
    return NULL;
  look_up (report, resolver);
  return g_steal_pointer (&report);
}
