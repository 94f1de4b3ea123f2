/* SPDX-License-Identifier: MIT */
/*
 * The elements of HTML, and how they nest.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  ELEMENT_OTHER,       /* one of no interest: only its attributes may be some */
  ELEMENT_CONTAINER,   /* has contents and, maybe left out, an end tag */
  ELEMENT_VOID,        /* has no contents */
  ELEMENT_DROPPED,     /* nor is it of interest */
  ELEMENT_SKIPPED,     /* dropped with its contents, which may hold tags */
  ELEMENT_SKIPPED_RAW, /* dropped with its contents, which are no tags */
} HtmlKind;

/* Elements that end one another, or within which that ends. */
typedef enum
{
  GROUP_NONE = 0,
  GROUP_LINK = 1 << 0,
  GROUP_PARAGRAPH = 1 << 1,
  GROUP_BLOCK = 1 << 2,
  GROUP_LIST = 1 << 3,
  GROUP_ITEM = 1 << 4,
  GROUP_DEFINITIONS = 1 << 5,
  GROUP_DEFINITION = 1 << 6,
  GROUP_TABLE = 1 << 7,
  GROUP_ROW = 1 << 8,
  GROUP_CELL = 1 << 9,
  GROUP_ROWS = 1 << 10,
  GROUP_SECTION = 1 << 11,
  GROUP_HEADING = 1 << 12,
  GROUP_BUTTON = 1 << 13,
  GROUP_FORM = 1 << 14,
  GROUP_FORMATTING = 1 << 15, /* what it does goes on behind the end of what it is in */
} HtmlGroups;

typedef struct
{
  const char *name;
  HtmlKind kind;
  HtmlGroups group;
  HtmlGroups closes; /* open elements that it ends */
  HtmlGroups within; /* which are not looked for outside of these */
} HtmlTag;

/* What ends a paragraph around it, but for one around what it is in. */
#define PARAGRAPH_ENDED        GROUP_PARAGRAPH
#define PARAGRAPH_ENDED_WITHIN (GROUP_BUTTON | GROUP_CELL | GROUP_ITEM | GROUP_BLOCK | GROUP_TABLE)

/** html_tag_find: Returns: the element called by the @length bytes of @name, in any case; one of kind ELEMENT_OTHER for
 * all that are unknown */
const HtmlTag *html_tag_find (const char *name, gsize length);

G_END_DECLS
