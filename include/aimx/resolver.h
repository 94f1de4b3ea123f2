/* SPDX-License-Identifier: MIT */
/*
 * The service that asks the DNS (RFC 1035), and the answer that it gives: an immutable value.
 *
 * Nobody who asks has to know who answers: a cache, a server on this machine, or none within the time that was given.
 * The same question asked again while it is under way is asked once.
 */
#pragma once

#include <aimx/abi.h>

G_BEGIN_DECLS

/**
 * AimxDnsType:
 * @AIMX_DNS_A: IPv4 addresses
 * @AIMX_DNS_CNAME: an alias
 * @AIMX_DNS_PTR: the name of an address
 * @AIMX_DNS_MX: mail exchangers
 * @AIMX_DNS_TXT: text
 * @AIMX_DNS_AAAA: IPv6 addresses
 * @AIMX_DNS_TLSA: certificates
 *
 * What is asked for; the numbers of the registry (RFC 1035, 3596, 6698).
 */
typedef enum
{
  AIMX_DNS_A = 1,
  AIMX_DNS_CNAME = 5,
  AIMX_DNS_PTR = 12,
  AIMX_DNS_MX = 15,
  AIMX_DNS_TXT = 16,
  AIMX_DNS_AAAA = 28,
  AIMX_DNS_TLSA = 52,
} AimxDnsType;

/**
 * AimxDnsStatus:
 * @AIMX_DNS_FOUND: there are records
 * @AIMX_DNS_NO_DATA: the name is there, without records of that type
 * @AIMX_DNS_NO_NAME: there is no such name (NXDOMAIN)
 * @AIMX_DNS_FAILED: not known now: no answer in time, a server's failure, or an answer that DNSSEC proves wrong; asking
 * again later may help
 *
 * What came of a question.
 */
typedef enum
{
  AIMX_DNS_FOUND,
  AIMX_DNS_NO_DATA,
  AIMX_DNS_NO_NAME,
  AIMX_DNS_FAILED,
} AimxDnsStatus;

/**
 * AimxDnsSecurity:
 * @AIMX_DNS_INSECURE: nothing vouches for the answer
 * @AIMX_DNS_SECURE: DNSSEC proves it (RFC 4035)
 * @AIMX_DNS_BOGUS: DNSSEC proves it wrong; the status is %AIMX_DNS_FAILED
 *
 * What DNSSEC says of an answer.
 */
typedef enum
{
  AIMX_DNS_INSECURE,
  AIMX_DNS_SECURE,
  AIMX_DNS_BOGUS,
} AimxDnsSecurity;

/**
 * AimxDnsRecord:
 * @preference: of an MX
 * @text: (nullable): A and AAAA: the address as text; CNAME, PTR, MX: the name, without the dot at its end, empty for
 * the root; %NULL for the other types
 * @data: (nullable): TXT: its strings joined with nothing between them (RFC 7208, 3.3); TLSA: its RDATA; %NULL for the
 * other types
 *
 * One record; which fields it has follows from the type that was asked for.
 */
typedef struct
{
  guint preference;
  char *text;
  GBytes *data;
  gpointer reserved[2];
} AimxDnsRecord;

/* ---- the answer ---- */

/**
 * AimxDnsAnswer:
 *
 * The answer to a question to the DNS; immutable once it is given.
 */
#define AIMX_TYPE_DNS_ANSWER (aimx_dns_answer_get_type ())
AIMX_API
G_DECLARE_FINAL_TYPE (AimxDnsAnswer, aimx_dns_answer, AIMX, DNS_ANSWER, GObject)

/**
 * aimx_dns_answer_new:
 * @status: what came of the question
 * @security: what DNSSEC says
 * @ttl: seconds that the answer may be kept
 * @reason: (nullable): why it failed, for people
 *
 * Whoever makes one adds records before anybody else sees it.
 *
 * Returns: (transfer full): an answer without records
 */
AIMX_API AimxDnsAnswer *
aimx_dns_answer_new (AimxDnsStatus status, AimxDnsSecurity security, guint ttl, const char *reason);

/**
 * aimx_dns_answer_add_name:
 * @self: the answer
 * @preference: of an MX record
 * @text: what the record says
 *
 * Appends an A, AAAA, CNAME, PTR or MX record; @preference is 0 but for MX.
 */
AIMX_API void aimx_dns_answer_add_name (AimxDnsAnswer *self, guint preference, const char *text);

/**
 * aimx_dns_answer_add_data:
 * @self: the answer
 * @data: what the record says
 *
 * Appends a TXT or TLSA record.
 */
AIMX_API void aimx_dns_answer_add_data (AimxDnsAnswer *self, GBytes *data);

/**
 * aimx_dns_answer_get_status:
 * @self: the answer
 *
 * Returns: what came of the question
 */
AIMX_API AimxDnsStatus aimx_dns_answer_get_status (AimxDnsAnswer *self);

/**
 * aimx_dns_answer_get_security:
 * @self: the answer
 *
 * Returns: what DNSSEC says
 */
AIMX_API AimxDnsSecurity aimx_dns_answer_get_security (AimxDnsAnswer *self);

/**
 * aimx_dns_answer_get_ttl:
 * @self: the answer
 *
 * Returns: seconds that the answer may be kept
 */
AIMX_API guint aimx_dns_answer_get_ttl (AimxDnsAnswer *self);

/**
 * aimx_dns_answer_get_reason:
 * @self: the answer
 *
 * Returns: (transfer none) (nullable): why it failed, for people
 */
AIMX_API const char *aimx_dns_answer_get_reason (AimxDnsAnswer *self);

/**
 * aimx_dns_answer_get_n_records:
 * @self: the answer
 *
 * Returns: how many; 0 unless the status is %AIMX_DNS_FOUND
 */
AIMX_API guint aimx_dns_answer_get_n_records (AimxDnsAnswer *self);

/**
 * aimx_dns_answer_get_record:
 * @self: the answer
 * @index: which, from 0
 *
 * Returns: (transfer none): the record @index, which must be there
 */
AIMX_API const AimxDnsRecord *aimx_dns_answer_get_record (AimxDnsAnswer *self, guint index);

/* ---- the service ---- */

/**
 * AimxDnsFunc:
 * @answer: never %NULL
 * @user_data: from the question
 *
 * Runs on the main loop: must not block.
 */
typedef void (*AimxDnsFunc) (AimxDnsAnswer *answer, gpointer user_data);

/**
 * AimxResolver:
 *
 * The service that asks the DNS.
 */
#define AIMX_TYPE_RESOLVER (aimx_resolver_get_type ())
AIMX_API
G_DECLARE_INTERFACE (AimxResolver, aimx_resolver, AIMX, RESOLVER, GObject)

/**
 * AimxResolverInterface:
 * @parent: the base
 * @ask: does aimx_resolver_ask()
 * @cancel: does aimx_resolver_cancel()
 * @ask_fresh: (nullable): does aimx_resolver_ask_fresh()
 *
 * What a provider of #AimxResolver implements.
 */
struct _AimxResolverInterface
{
  GTypeInterface parent;
  guint64 (*ask) (AimxResolver *self,
                  const char *name,
                  AimxDnsType type,
                  gint64 deadline,
                  AimxDnsFunc func,
                  gpointer user_data,
                  GDestroyNotify destroy);
  void (*cancel) (AimxResolver *self, guint64 id);
  guint64 (*ask_fresh) (AimxResolver *self,
                        const char *name,
                        AimxDnsType type,
                        gint64 deadline,
                        AimxDnsFunc func,
                        gpointer user_data,
                        GDestroyNotify destroy);
  gpointer reserved[7];
};

/**
 * aimx_resolver_ask:
 * @self: the service
 * @name: a domain name; for %AIMX_DNS_PTR an IP address as text, too
 * @type: what is asked for; aliases (CNAME) are followed
 * @deadline: monotonic time in microseconds, as g_get_monotonic_time() counts
 * @func: gets the answer, later and once
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data afterwards, on the main loop
 *
 * Never blocks; any thread. What has not come by the deadline is answered %AIMX_DNS_FAILED then; so is a name that no
 * question can be made of, as soon as the loop runs.
 *
 * Returns: an id for aimx_resolver_cancel(), never 0
 */
AIMX_API guint64 aimx_resolver_ask (AimxResolver *self,
                                    const char *name,
                                    AimxDnsType type,
                                    gint64 deadline,
                                    AimxDnsFunc func,
                                    gpointer user_data,
                                    GDestroyNotify destroy);

/**
 * aimx_resolver_ask_fresh:
 * @self: the service
 * @name: as for aimx_resolver_ask()
 * @type: as for aimx_resolver_ask()
 * @deadline: as for aimx_resolver_ask()
 * @func: gets the answer, later and once
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data afterwards, on the main loop
 *
 * The same, but the name servers are asked even if the answer is known: for whoever looks whether a record has been
 * published. What those servers themselves remember is theirs. It costs much more than aimx_resolver_ask(); questions
 * that are asked together share the cost. A provider that remembers nothing need not implement it.
 *
 * Returns: an id for aimx_resolver_cancel(), never 0
 */
AIMX_API guint64 aimx_resolver_ask_fresh (AimxResolver *self,
                                          const char *name,
                                          AimxDnsType type,
                                          gint64 deadline,
                                          AimxDnsFunc func,
                                          gpointer user_data,
                                          GDestroyNotify destroy);

/**
 * aimx_resolver_cancel:
 * @self: the service
 * @id: from aimx_resolver_ask() or aimx_resolver_ask_fresh()
 *
 * Nobody waits for the answer any more; its user data is freed, on the main loop. The function may be running
 * meanwhile, unless this is called there. Any thread; an id that is answered is passed over.
 */
AIMX_API void aimx_resolver_cancel (AimxResolver *self, guint64 id);

/**
 * aimx_resolver_wait_for:
 * @self: the service
 * @name: as for aimx_resolver_ask()
 * @type: as for aimx_resolver_ask()
 * @timeout_msec: how long to wait
 *
 * Asks and waits. Pool threads only: on the main loop it would never end.
 *
 * Returns: (transfer full): the answer
 */
AIMX_API AimxDnsAnswer *
aimx_resolver_wait_for (AimxResolver *self, const char *name, AimxDnsType type, guint timeout_msec);

/**
 * aimx_resolver_wait_for_fresh:
 * @self: the service
 * @name: as for aimx_resolver_ask()
 * @type: as for aimx_resolver_ask()
 * @timeout_msec: how long to wait
 *
 * Asks as aimx_resolver_ask_fresh() does, and waits as aimx_resolver_wait_for() does.
 *
 * Returns: (transfer full): the answer
 */
AIMX_API AimxDnsAnswer *
aimx_resolver_wait_for_fresh (AimxResolver *self, const char *name, AimxDnsType type, guint timeout_msec);

G_END_DECLS
