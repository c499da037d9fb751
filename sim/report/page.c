/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page.h"

#include <string.h>

const char *page_style_on(const page *p, page_style style)
{
    static const char *const on[N_PAGE_STYLES] = {"", "\033[1m", "\033[2m", "\033[32m", "\033[33m", "\033[31m"};
    return p->colour ? on[style] : "";
}

const char *page_style_off(const page *p, page_style style)
{
    return p->colour && style != PAGE_PLAIN ? "\033[0m" : "";
}

/* Columns that a piece of UTF-8 takes: a character that goes on is none. */
static size_t columns(const char *text, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* What could not be built must not be taken for empty. */
static void take(page *p, text_buffer *text)
{
    p->b.failed |= text->failed;
    text_clear(text);
}

void page_heading(page *p, text_buffer *text)
{
    text_add(&p->b, "\n%s%s%s\n", page_style_on(p, PAGE_BOLD), text->text ? text->text : "",
             page_style_off(p, PAGE_BOLD));
    take(p, text);
}

void page_field(page *p, const char *label, page_style style, text_buffer *text)
{
    const char *word = text->text ? text->text : "";
    size_t at = PAGE_LABEL;
    text_add(&p->b, "  %-*s%s", PAGE_LABEL - 2, label, page_style_on(p, style));
    while (*word) {
        const size_t size = strcspn(word, " \n"), wide = columns(word, size);
        if (at > PAGE_LABEL && (at + 1 + wide > PAGE_WIDTH || word[-1] == '\n')) {
            text_add(&p->b, "%s\n%*s%s", page_style_off(p, style), PAGE_LABEL, "", page_style_on(p, style));
            at = PAGE_LABEL;
        } else if (at > PAGE_LABEL) {
            text_add(&p->b, " ");
            at++;
        }
        text_add_bytes(&p->b, word, size);
        at += wide;
        word += size + (word[size] != 0);
    }
    text_add(&p->b, "%s\n", page_style_off(p, style));
    take(p, text);
}
