/* SPDX-License-Identifier: MIT */
/* What becomes a word: in scripts without spaces, and of letters that can be written in several ways. */
#include "search/database.h"
#include "search/query.h"
#include "search/tokenizer.h"

/* An index with one message, of that body. */
static SearchDatabase *
index_body (const char *body, gsize length)
{
  g_autoptr (GError) error = NULL;
  SearchDatabase *index = search_database_open (NULL, SEARCH_ACCESS_MEMORY, &error);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row;

  g_assert_no_error (error);
  statement = search_database_prepare (index, &error, "INSERT INTO text VALUES ('all', '', '', '日程', '', ?1)", "");
  sqlite3_bind_text (statement, 1, body, (int) length, SQLITE_STATIC);
  g_assert_true (search_database_step (index, statement, &row, &error));
  g_assert_no_error (error);
  return index;
}

/* (transfer full) (nullable): the body with brackets around what @query finds; NULL when that is nothing */
static char *
mark_found (SearchDatabase *index, const char *query)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expression = search_query_translate (query, NULL, &error);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row = FALSE;

  g_assert_no_error (error);
  statement =
      search_database_prepare (index, &error, "SELECT highlight (text, 5, '[', ']') FROM text WHERE text MATCH ?1", "s",
                               expression);
  g_assert_true (search_database_step (index, statement, &row, &error));
  return row ? g_strdup ((const char *) sqlite3_column_text (statement, 0)) : NULL;
}

typedef struct
{
  const char *body;
  const char *query;
  const char *found; /* NULL: nothing */
} Case;

static void
check (const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (SearchDatabase) index = index_body (cases[i].body, strlen (cases[i].body));
      g_autofree char *found = mark_found (index, cases[i].query);

      if (g_strcmp0 (found, cases[i].found) != 0)
        g_error ("'%s' in '%s' finds '%s' instead of '%s'", cases[i].query, cases[i].body, found, cases[i].found);
    }
}

static void
test_words_are_found_inside_of_text_without_spaces (void)
{
  static const Case cases[] = {
    { "私は日本語を話します。", "日本", "私は[日本]語を話します。" },
    { "私は日本語を話します。", "日本語 話します", "私は[日本語]を[話します]。" },
    { "私は日本語を話します。", "本日", NULL },
    { "私は日本語を話します。", "語", "私は日本[語]を話します。" },
    { "コーヒーを飲む", "コーヒー", "[コーヒー]を飲む" },
    { "コーヒー豆", "ヒー", "コー[ヒー]豆" },
    { "请付发票 invoice第42号", "发票", "请付[发票] invoice第42号" },
    { "请付发票 invoice第42号", "invoice", "请付发票 [invoice]第42号" },
    { "请付发票 invoice第42号", "第42号", "请付发票 invoice[第42号]" },
    { "请付发票 invoice第42号", "42", "请付发票 invoice第[42]号" },
    { "대학교에서 만나요", "학교", "대[학교]에서 만나요" },
    { "ฉันพูดภาษาไทยได้", "ภาษา", "ฉันพูด[ภาษา]ไทยได้" },
    { "ขอน้ำเย็น", "น้ำ", "ขอ[น้ำ]เย็น" },
    { "ຂ້ອຍເວົ້າພາສາລາວ", "ພາສາ", "ຂ້ອຍເວົ້າ[ພາສາ]ລາວ" },
    { "ខ្ញុំនិយាយភាសាខ្មែរ", "ភាសា", "ខ្ញុំនិយាយ[ភាសា]ខ្មែរ" },
    { "𠮷野家で", "野家", "𠮷[野家]で" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_operators_work_there_too (void)
{
  static const Case cases[] = {
    { "東京都に住む", "東京*", "[東京]都に住む" },
    { "東京都に住む", "\"京都\"", "東[京都]に住む" },
    { "東京都に住む", "東京 -大阪", "[東京]都に住む" },
    { "東京都に住む", "住む -東京", NULL },
    { "東京都に住む", "大阪 OR 東京", "[東京]都に住む" },
    { "東京都に住む", "body:東京", "[東京]都に住む" },
    { "東京都に住む", "from:東京", NULL },
    { "東京都に住む", "subject:日程", "東京都に住む" },
    { "東京都に住む", "body:日程", NULL },
    { "東京都に住む", "-subject:日", NULL },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_a_letter_is_found_however_it_is_written (void)
{
  static const Case cases[] = {
    /* As a letter and its mark; as one character. */
    { "Cafe\u0301 cre\u0300me", "café", "[Cafe\u0301] cre\u0300me" },
    { "Café", "cafe\u0301", "[Café]" },
    { "Cafe\u0301 cre\u0300me", "creme", "Cafe\u0301 [cre\u0300me]" },
    { "\u1112\u1161\u11ab\u1100\u1173\u11af 배움", "한글", "[\u1112\u1161\u11ab\u1100\u1173\u11af] 배움" },
    { "한글", "\u1112\u1161\u11ab\u1100\u1173\u11af", "[한글]" },
    { "か\u3099き", "が", "[か\u3099]き" },
    { "がき", "か\u3099", "[が]き" },
    { "мои\u0306 до\u0301м", "мой", "[мои\u0306] до\u0301м" },
    { "мой дом", "мои\u0306", "[мой] дом" },
    /* Wide and narrow. */
    { "Ｉｎｖｏｉｃｅ　１２", "invoice 12", "[Ｉｎｖｏｉｃｅ]　[１２]" },
    { "ｶﾞｽの請求", "ガス", "[ｶﾞｽ]の請求" },
    { "ﬁnance", "finance", "[ﬁnance]" },
    { "dﬁ fine", "fine", "dﬁ [fine]" },
    /* Symbols are no letters. */
    { "Windows™ 11", "windows", "[Windows]™ 11" },
    { "“quoted” – it’s", "quoted", "“[quoted]” – it’s" },
    { "ok 👍\ufe0f done", "ok done", "[ok] 👍\ufe0f [done]" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_what_is_no_text_harms_nobody (void)
{
  static const struct
  {
    const char *body;
    gsize length;
  } cases[] = {
    { "\u0301\u0301", 4 },   { "日\xe6\x97", 5 },   { "\xe6\x97日本", 8 },
    { "日\0本 word", 12 },   { "a\xcc", 2 },        { "\xcc\x81日\xff\xff本", 10 },
    { "日\u0301\u0301", 7 }, { "\x80\u0301日", 6 }, { "\xf4\x90\x80\x80日", 7 },
    { "\xed\xa0\x80日", 6 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      /* A copy of its own shows whoever reads too far. */
      g_autofree char *body = g_memdup2 (cases[i].body, cases[i].length);
      g_autoptr (SearchDatabase) index = index_body (body, cases[i].length);
      g_autofree char *found = mark_found (index, "日 OR word");
    }
}

static void
test_it_is_known_which_text_is_split (void)
{
  g_assert_true (search_tokenizer_splits ("(- marks : \"日\")"));
  g_assert_true (search_tokenizer_splits ("ไทย"));
  g_assert_false (search_tokenizer_splits ("Crème “brûlée” мой"));
  g_assert_false (search_tokenizer_splits (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search-tokenizer/without-spaces", test_words_are_found_inside_of_text_without_spaces);
  g_test_add_func ("/search-tokenizer/operators", test_operators_work_there_too);
  g_test_add_func ("/search-tokenizer/forms", test_a_letter_is_found_however_it_is_written);
  g_test_add_func ("/search-tokenizer/no-text", test_what_is_no_text_harms_nobody);
  g_test_add_func ("/search-tokenizer/splits", test_it_is_known_which_text_is_split);
  return g_test_run ();
}
