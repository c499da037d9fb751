/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page_html.h"

#include <string.h>

#include "core/embedded.h"
#include "core/memory.h"
#include "core/text.h"

static const char MARK[] = "@DATA@";

const char *page_html_template(size_t *size)
{
    const struct detente_embedded *file = detente_embedded_find("page", "report");
    *size = file ? file->size : 0;
    return file ? file->text : NULL;
}

/* Bytes of the UTF-8 character that @p p begins with (RFC 3629, table 3-7 of the Unicode standard); 0 when it is none. */
static size_t character(const unsigned char *p)
{
    static const struct {
        unsigned char first, last, low, high; /* of the first byte; of the second */
        size_t length;
    } kind[] = {{0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++) {
        if (*p < kind[i].first || *p > kind[i].last)
            continue;
        if (kind[i].length > 1 && (p[1] < kind[i].low || p[1] > kind[i].high))
            return 0;
        for (size_t k = 2; k < kind[i].length; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return kind[i].length;
    }
    return 0;
}

static void add_data(text_buffer *b, const char *data)
{
    while (*data) {
        size_t plain = 0;
        while (data[plain] && data[plain] != '<' && (unsigned char)data[plain] < 0x80)
            plain++;
        text_add_bytes(b, data, plain);
        data += plain;
        if (*data == '<') {
            text_add_bytes(b, "\\u003c", 6);
            data++;
        } else if (*data) {
            const size_t length = character((const unsigned char *)data);
            text_add_bytes(b, length ? data : "\xef\xbf\xbd", length ? length : 3);
            data += length ? length : 1;
        }
    }
}

int page_html_fill(const char *page, size_t size, const char *data, char **html, size_t *html_size,
                   detente_error *error)
{
    const char *mark = strstr(page, MARK);
    text_buffer b = {0};
    *html = NULL;
    *html_size = 0;
    if (!mark || strstr(mark + 1, MARK))
        return detente_error_set(error, DETENTE_E_INPUT, "the page of the report has not one mark for its data");
    text_add_bytes(&b, page, (size_t)(mark - page));
    add_data(&b, data);
    mark += sizeof MARK - 1;
    text_add_bytes(&b, mark, size - (size_t)(mark - page));
    *html_size = b.size;
    return text_finish(&b, html, error);
}
