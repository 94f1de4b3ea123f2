/* SPDX-License-Identifier: MIT */
/* Promises about the authors of a message: what is read, what is not, and that nobody escapes from a policy. */
#include "mailauth/dmarc/author.h"
#include "mailauth/dmarc/domain.h"
#include "mailauth/dmarc/from-fields.h"
#include "mailauth/dmarc/guess.h"
#include "parser/addresses.h"

#include <string.h>

static const struct
{
  const char *header;
  const char *single;  /* the one author */
  const char *domains; /* joined by commas */
} fields[] = {
  /* what people send */
  { "From: bob@a.test\r\n", "bob@a.test", "a.test" },
  { "from : Bob <bob@a.test>\r\n", "bob@a.test", "a.test" },
  { "FROM:<Bob@A.TEST>\n", "Bob@A.TEST", "a.test" },
  { "From: \"Doe, Bob\" <bob@a.test>\n", "bob@a.test", "a.test" },
  { "From: =?utf-8?q?B=C3=B6b?= <bob@a.test>\n", "bob@a.test", "a.test" },
  { "From: B\xc3\xb6"
    "b <bob@a.test>\n",
    "bob@a.test", "a.test" },
  { "From: Dr. B. Doe [Sales] <bob@a.test>\n", "bob@a.test", "a.test" },
  { "From: bob@a.test (Bob (the builder \\) <eve@evil.test>))\n", "bob@a.test", "a.test" },
  { "From: Bob\r\n\t<bob@a.test>\r\n", "bob@a.test", "a.test" },
  { "From: \"bob doe\"@a.test\n", "\"bob doe\"@a.test", "a.test" },
  { "From: joe.@a.test\n", "joe.@a.test", "a.test" },
  { "From: bob . doe @ a . test\n", "bob.doe@a.test", "a.test" },
  { "From: bob@m\xc3\xbcnchen.test\n", "bob@m\xc3\xbcnchen.test", "xn--mnchen-3ya.test" },
  { "From: bob@a.test.\n", "bob@a.test.", "a.test" },
  { "From: bob@[192.0.2.1]\n", "bob@[192.0.2.1]", "" },
  { "From: bob@[IPv6:2001:db8::1]\n", "bob@[IPv6:2001:db8::1]", "" },
  /* RFC 6854 */
  { "From: Team: bob@a.test;\n", "bob@a.test", "a.test" },
  { "From: Team: bob@a.test, Ann <ann@b.test>;\n", NULL, "a.test,b.test" },
  { "From: Nobody:;\n", NULL, "" },
  /* several */
  { "From: bob@a.test, ann@a.test\n", NULL, "a.test" },
  { "From: bob@a.test, eve@evil.test\n", NULL, "a.test,evil.test" },
  { "From: bob@a.test\nTo: x@y.test\nFrom: bob@a.test\n", NULL, "a.test" },
  { "From: bob@a.test\nfrom: eve@evil.test\n", NULL, "a.test,evil.test" },
  /* what could be read in two ways: nobody, but the domains that readers show have their policies */
  { "From: eve@evil.test <bob@a.test>\n", NULL, "evil.test,a.test" },
  { "From: bob@a.test <eve@evil.test>\n", NULL, "a.test,evil.test" },
  { "From: <eve@evil.test> bob@a.test\n", NULL, "evil.test,a.test" },
  { "From: Doe, Bob <bob@a.test>\n", NULL, "a.test" },
  { "From: Bob @ Work <bob@a.test>\n", NULL, "a.test" },
  { "From: <@relay.test:bob@a.test>\n", NULL, "relay.test,a.test" },
  { "From: \"Bob <bob@a.test>\n", NULL, "a.test" },
  { "From: \"bob@a.test\"\n", NULL, "a.test" },
  { "From: (Bob <bob@a.test>\n", NULL, "a.test" },
  { "From: <eve@evil.test> <bob@a.test>\n", NULL, "evil.test,a.test" },
  { "From: Bob <bob@a.test> and friends\n", NULL, "a.test,a.testandfriends" },
  { "From: Bob <bob@b@a.test>\n", NULL, "a.test" },
  { "From: Bob <bob@a.test\n", NULL, "a.test" },
  { "From: Bob <bob@a.test(>\n", NULL, "a.test" },
  { "From: (c) bob@a.test (\n", NULL, "a.test" },
  { "From: bob@a.test (hi\n", NULL, "a.test,a.testhi" },
  { "From: bob@a.test (a\\)\n", NULL, "a.test,a.testa" },
  { "From: b\"o\"b@a.test\n", NULL, "a.test" },
  { "From: bob@a(x).test (\n", NULL, "a.test,ax.test" },
  { "From: bob@a>.test\n", NULL, "a.test" },
  { "From: <bob@a .te st>\n", NULL, "a.te,a.test" },
  { "From: bob@a.test\x01\n", NULL, "a.test" },
  { "From: x@[[<bob@a.test>]\n", NULL, "a.test" },
  { "From: x@[<bob@a.test>\\]\n", NULL, "a.test" },
  { "From: \xff\xfe@a.test\n", NULL, "a.test" },
  { "From: @a.test\n", NULL, "a.test" },
  { "From: bob@a b.test\n", NULL, "ab.test" },
  /* nothing */
  { "From:\n", NULL, "" },
  { "From: Bob\n", NULL, "" },
  { "From: bob@\n", NULL, "" },
  { "From: bob@a..test\n", NULL, "" },
  { "To: bob@a.test\n", NULL, "" },
  { "", NULL, "" },
  { "X-From: bob@a.test\nFrom\n", NULL, "" },
};

static void
test_authors_are_read_as_people_see_them (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (DmarcAuthors) authors = dmarc_authors_new (fields[i].header, strlen (fields[i].header));
      g_autofree char *domains = NULL;

      g_ptr_array_add (authors->domains, NULL);
      domains = g_strjoinv (",", (GStrv) authors->domains->pdata);
      if (g_strcmp0 (dmarc_authors_get_single (authors), fields[i].single) != 0 ||
          g_strcmp0 (domains, fields[i].domains) != 0)
        g_error ("%s: '%s' of '%s'", fields[i].header, dmarc_authors_get_single (authors), domains);
    }
}

/* Whether there may be an author of whose domain nothing is known. */
static const struct
{
  const char *header;
  gboolean has_hidden;
} hiding[] = {
  { "From: bob@a.test\n", FALSE },
  { "From: bob@[192.0.2.1]\n", FALSE },
  { "From: bob@a.test (hi\n", FALSE },
  { "From:\n", FALSE },
  { "From: (nobody)\n", FALSE },
  { "From: Nobody:;\n", FALSE },
  { "Subject: x\n", FALSE },
  { "From: Bob\n", TRUE },
  { "From: =?utf-8?q?bob=40a=2Etest?=\n", TRUE },
  { "From: bob@a..test\n", TRUE },
  { "From: bob at a.test (\n", TRUE },
  { "From: eve@evil.test\nFrom: Bob\n", TRUE },
};

static void
test_an_author_who_is_not_understood_is_not_passed_over (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (hiding); i++)
    {
      g_autoptr (DmarcAuthors) authors = dmarc_authors_new (hiding[i].header, strlen (hiding[i].header));

      g_test_message ("%s", hiding[i].header);
      g_assert_cmpint (authors->has_hidden, ==, hiding[i].has_hidden);
      g_assert_true (!authors->has_hidden || authors->malformed != NULL);
    }
}

/* ---- what the frontmatter shows ---- */

static const char *const pieces[] = {
  "ceo@bank.test",
  "<ceo@bank.test>",
  "ceo",
  "bank",
  ".test",
  "x@evil.test",
  "@",
  ".",
  "(",
  ")",
  "<",
  ">",
  "\"",
  "\\",
  ",",
  ";",
  ":",
  "[",
  "]",
  " ",
  "\t",
  "\r\n ",
  "\x01",
  "\x7f",
  "\x0b",
  "\xc2\x85",
  "\xe2\x80\xa8",
  "\xff",
  "\xc3\xa4",
  "=?utf-8?q?c=40b=2Etest?=",
};

/* The address that was shown last: between brackets where it has a name. A bracket in an address is shown as `_`. */
static char *
get_last_address (const char *joined)
{
  const char *open = g_str_has_suffix (joined, ">") ? strrchr (joined, '<') : NULL;
  const char *comma = g_strrstr (joined, ", ");

  if (open != NULL)
    return g_strndup (open + 1, strlen (open) - 2);
  return g_strdup (comma != NULL ? comma + 2 : joined);
}

static char *
get_shown_domain (const char *address)
{
  const char *at = strrchr (address, '@');
  g_auto (GStrv) parts = g_strsplit (at != NULL ? at + 1 : "", "_", -1);
  g_autofree char *domain = g_strjoinv ("", parts);

  return domain_normalize (domain);
}

static void
assert_shown_is_judged (const char *field, gsize length, guint nth)
{
  g_autoptr (GString) header = g_string_new ("From:");
  g_autoptr (GString) joined = g_string_new (NULL);
  Charsets *charsets = charsets_new ();
  g_autoptr (DmarcAuthors) authors = NULL;
  g_autofree char *address = NULL;
  g_autofree char *domain = NULL;

  addresses_append (charsets, field, length, nth, joined);
  charsets_free (charsets);
  g_string_append_len (header, field, (gssize) length);
  g_string_append (header, "\r\n");
  authors = dmarc_authors_new (header->str, header->len);
  address = get_last_address (joined->str);
  domain = get_shown_domain (address);
  if (domain == NULL || strchr (domain, '.') == NULL || authors->has_hidden)
    return;
  if (!g_ptr_array_find_with_equal_func (authors->domains, domain, g_str_equal, NULL))
    {
      g_autofree char *escaped = g_strescape (header->str, NULL);

      g_error ("'%s' shows %s", escaped, address);
    }
}

static void
test_every_domain_that_is_shown_is_judged (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 200000; i++)
    {
      g_autoptr (GString) field = g_string_new (" ");
      guint n = (guint) g_rand_int_range (rand, 1, 12);

      for (guint j = 0; j < n; j++)
        g_string_append (field, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
      for (guint nth = 1; nth <= 3; nth++)
        assert_shown_is_judged (field->str, field->len, nth);
    }
}

/* ---- while a message arrives ---- */

static const struct
{
  const char *message;
  const char *fields;
  gboolean is_complete;
} arriving[] = {
  { "From: bob@a.test\r\n\r\nFrom: eve@evil.test\r\n", "From: bob@a.test\r\n", TRUE },
  { "To: x\nfRoM \t: bob\n @a.test\nSubject: x\n\ty\n\n", "From: bob\n @a.test\n", TRUE },
  { "From: bob@a.test\r\nX: y\r\nFrom: eve@evil.test\r\n", "From: bob@a.test\r\nFrom: eve@evil.test\r\n", FALSE },
  { "From x\r\nno field\r\n\rFrom: z\r\nFrom:\r\n x\r\n \r\n\r\n", "From:\r\n x\r\n \r\n", TRUE },
  { "From\r\n: x\r\nFromm: x\r\nFr om: x\r\n From: x\r\n\r\n", "", TRUE },
  { "From: x\nf\n y\n\n", "From: x\n", TRUE },
  { "From: x\n\r y\n z\n\n", "From: x\n", TRUE },
  { "From", "", FALSE },
  { "\r\nFrom: x\r\n", "", TRUE },
  { "", "", FALSE },
};

static void
test_from_fields_are_taken_wherever_a_message_is_cut (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (arriving); i++)
    for (gsize step = 1; step < 20; step++)
      {
        gsize length = strlen (arriving[i].message);
        DmarcFromFields from;

        dmarc_from_fields_init (&from);
        for (gsize at = 0; at < length; at += step)
          dmarc_from_fields_take (&from, arriving[i].message + at, MIN (step, length - at));
        g_assert_cmpstr (from.text->str, ==, arriving[i].fields);
        g_assert_cmpint (from.is_complete, ==, arriving[i].is_complete);
        g_assert_false (from.is_cut);
        dmarc_from_fields_clear (&from);
      }
}

static void
test_from_fields_without_end_name_nobody (void)
{
  g_autofree char *blanks = g_strnfill (DMARC_FROM_FIELDS_MAX, ' ');
  DmarcFromFields from;
  g_autoptr (DmarcAuthors) authors = NULL;

  dmarc_from_fields_init (&from);
  dmarc_from_fields_take (&from, "From: bob@a.test\n", strlen ("From: bob@a.test\n"));
  dmarc_from_fields_take (&from, blanks, DMARC_FROM_FIELDS_MAX);
  dmarc_from_fields_take (&from, ",eve@evil.test\n\n", strlen (",eve@evil.test\n\n"));
  g_assert_true (from.is_complete);
  g_assert_cmpuint (from.text->len, ==, DMARC_FROM_FIELDS_MAX);
  authors = dmarc_from_fields_read (&from);
  g_assert_null (dmarc_authors_get_single (authors));
  g_assert_true (authors->has_hidden);
  dmarc_from_fields_clear (&from);
}

/* ---- limits ---- */

static void
test_a_nul_hides_nothing (void)
{
  static const char header[] = "From: bob@a.test\0 <eve@evil.test>\n";
  g_autoptr (DmarcAuthors) authors = dmarc_authors_new (header, sizeof header - 1);

  g_assert_null (dmarc_authors_get_single (authors));
  g_assert_true (g_ptr_array_find_with_equal_func (authors->domains, "evil.test", g_str_equal, NULL));
}

static void
test_any_number_of_addresses_is_bounded_work (void)
{
  g_autoptr (GString) header = g_string_new ("From: x@a.test");
  g_autoptr (GString) deep = g_string_new ("From: ");
  g_autoptr (GString) fields_only = g_string_new (NULL);
  g_autoptr (DmarcAuthors) several = NULL;
  g_autoptr (DmarcAuthors) many = NULL;
  g_autoptr (DmarcAuthors) nested = NULL;

  for (guint i = 0; i < 50000; i++)
    g_string_append_printf (header, ", x@d%u.test", i);
  for (guint i = 0; i < 500000; i++)
    g_string_append_c (deep, '(');
  many = dmarc_authors_new (header->str, header->len);
  g_assert_cmpuint (many->addresses->len, ==, DMARC_AUTHORS_MAX);
  g_assert_null (dmarc_authors_get_single (many));
  nested = dmarc_authors_new (deep->str, deep->len);
  g_assert_null (dmarc_authors_get_single (nested));
  for (guint i = 0; i < 40000; i++)
    g_string_append_printf (fields_only, "From: <x@d%u.test>\n", i);
  several = dmarc_authors_new (fields_only->str, fields_only->len);
  g_assert_cmpuint (several->domains->len, ==, DMARC_AUTHORS_MAX);
  g_assert_null (dmarc_authors_get_single (several));
  g_assert_true (many->has_hidden && nested->has_hidden && several->has_hidden);
}

/* The time allowed is far more than is needed and far less than anything quadratic would take. */
static void
test_guessing_takes_the_time_of_a_look (void)
{
  static const char *const runs[] = { "@", "@(", "(", "()", "(@)", "@a.test (", "<@", "\\", "\xc3" };

  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (GString) field = g_string_new ("x@a.test ");
      gint64 start = g_get_monotonic_time ();
      g_autoptr (GPtrArray) domains = NULL;

      while (field->len < 1 << 20)
        g_string_append (field, runs[i]);
      domains = dmarc_guess_domains (field->str, field->len);
      g_assert_true (domains != NULL || strchr (runs[i], '@') != NULL);
      g_assert_cmpint (g_get_monotonic_time () - start, <, 20 * G_USEC_PER_SEC);
    }
}

static void
test_a_long_domain_is_none (void)
{
  g_autoptr (GString) header = g_string_new ("From: x@");
  g_autoptr (DmarcAuthors) authors = NULL;

  for (gunichar c = 0x4e00; c < 0x4e00 + 20000; c++)
    g_string_append_unichar (header, c);
  g_string_append (header, ".test\n");
  authors = dmarc_authors_new (header->str, header->len);
  g_assert_null (dmarc_authors_get_single (authors));
  g_assert_cmpuint (authors->domains->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dmarc-author/authors-are-read-as-people-see-them", test_authors_are_read_as_people_see_them);
  g_test_add_func ("/dmarc-author/an-author-who-is-not-understood-is-not-passed-over",
                   test_an_author_who_is_not_understood_is_not_passed_over);
  g_test_add_func ("/dmarc-author/every-domain-that-is-shown-is-judged", test_every_domain_that_is_shown_is_judged);
  g_test_add_func ("/dmarc-author/from-fields-are-taken-wherever-a-message-is-cut",
                   test_from_fields_are_taken_wherever_a_message_is_cut);
  g_test_add_func ("/dmarc-author/from-fields-without-end-name-nobody", test_from_fields_without_end_name_nobody);
  g_test_add_func ("/dmarc-author/guessing-takes-the-time-of-a-look", test_guessing_takes_the_time_of_a_look);
  g_test_add_func ("/dmarc-author/a-nul-hides-nothing", test_a_nul_hides_nothing);
  g_test_add_func ("/dmarc-author/any-number-of-addresses-is-bounded-work",
                   test_any_number_of_addresses_is_bounded_work);
  g_test_add_func ("/dmarc-author/a-long-domain-is-none", test_a_long_domain_is_none);
  return g_test_run ();
}
