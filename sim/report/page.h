/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file page.h Text for people: headings and labelled paragraphs, wrapped. */
#ifndef DETENTE_REPORT_PAGE_H
#define DETENTE_REPORT_PAGE_H

#include "core/text.h"

enum { PAGE_WIDTH = 100, PAGE_LABEL = 13 };

typedef enum page_style {
    PAGE_PLAIN,
    PAGE_BOLD,
    PAGE_DIM,
    PAGE_GREEN,
    PAGE_YELLOW,
    PAGE_RED,
    N_PAGE_STYLES
} page_style;

/** A page under way; start from `{.colour = …}`. */
typedef struct page {
    text_buffer b;
    int colour; /**< 1: with escape sequences */
} page;

/** Escape sequence of a style; "" without colour. */
const char *page_style_on(const page *p, page_style style);
const char *page_style_off(const page *p, page_style style);
/** A line of its own. Takes what @p text holds. */
void page_heading(page *p, text_buffer *text);
/** A paragraph beside its label ("" for none), wrapped. Takes what @p text holds. */
void page_field(page *p, const char *label, page_style style, text_buffer *text);

#endif
