/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file page_html.h The page of a report with its data. */
#ifndef DETENTE_REPORT_PAGE_HTML_H
#define DETENTE_REPORT_PAGE_HTML_H

#include <stddef.h>

#include <detente/error.h>

/** The page as it was compiled in, with a mark where the data go; NULL when this was built without npm. */
const char *page_html_template(size_t *size);
/**
 * Put @p data, JSON, at the mark of @p page: no "<" is left in it, so that nothing in it ends the element it stands in, and bytes that
 * are no UTF-8 are replaced.
 * @param[out] html  detente_free() it @return 0, DETENTE_E_INPUT when the page has not one mark, DETENTE_E_MEMORY
 */
int page_html_fill(const char *page, size_t size, const char *data, char **html, size_t *html_size,
                   detente_error *error);

#endif
