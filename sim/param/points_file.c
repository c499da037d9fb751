/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param/points_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/memory.h"

enum { STRIDE = 64, PIECE = 1 << 16, LONGEST_LINE = 1 << 20 };

struct points_file {
    int file;
    char *path;
    uint64_t n;
    size_t n_marks, room;
    uint64_t *mark;      /* where each STRIDE-th point's line begins, … */
    size_t *mark_number; /* … and its number */
    points_line heading;
};

/* The file, line by line. */
typedef struct line_reader {
    int file;
    const char *path;
    uint64_t at; /* of the next byte to read from the file */
    char *buffer;
    size_t begin, end, room;
    uint64_t position;  /* of buffer[begin] */
    detente_hash *hash; /* NULL where nobody wants it */
} line_reader;

static int failed(const line_reader *r, detente_error *error)
{
    return detente_error_set(error, DETENTE_E_INPUT, "%s: %s", r->path, strerror(errno));
}

/* More bytes behind those that are there. @return 1, 0 at the end, or a failure */
static int fill(line_reader *r, detente_error *error)
{
    if (r->begin > 0) {
        memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
        r->end -= r->begin;
        r->begin = 0;
    }
    if (r->room - r->end < 2) {
        char *larger = r->room < LONGEST_LINE ? detente_realloc(r->buffer, r->room ? 2 * r->room : PIECE) : NULL;
        if (!larger)
            return r->room < LONGEST_LINE
                       ? detente_no_memory(error)
                       : detente_error_set(error, DETENTE_E_INPUT, "%s: a line of more than %d bytes", r->path,
                                           LONGEST_LINE);
        r->buffer = larger;
        r->room = r->room ? 2 * r->room : PIECE;
    }
    ssize_t got;
    do
        got = pread(r->file, r->buffer + r->end, r->room - r->end - 1, (off_t)r->at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return failed(r, error);
    if (r->hash)
        detente_hash_add(r->hash, r->buffer + r->end, (size_t)got);
    r->end += (size_t)got;
    r->at += (uint64_t)got;
    return got > 0;
}

/* The next line, which ends in a zero; *position is where it begins. @return 1, 0 at the end, or a failure */
static int next_line(line_reader *r, char **line, uint64_t *position, detente_error *error)
{
    char *end = NULL;
    size_t looked = 0;
    int more = 1;
    while (!(end = r->end > r->begin + looked ? memchr(r->buffer + r->begin + looked, '\n', r->end - r->begin - looked)
                                              : NULL)) {
        looked = r->end - r->begin;
        more = fill(r, error);
        if (more < 0)
            return more;
        if (!more)
            break;
    }
    if (!end && r->begin == r->end)
        return 0;
    const size_t length = end ? (size_t)(end - r->buffer) - r->begin : r->end - r->begin;
    *line = r->buffer + r->begin;
    *position = r->position;
    (*line)[length] = 0;
    if (length && (*line)[length - 1] == '\r')
        (*line)[length - 1] = 0;
    r->begin += length + (end != NULL);
    r->position += length + (end != NULL);
    return 1;
}

static int is_point(const char *line)
{
    line += strspn(line, " \t");
    return *line && *line != '#';
}

/* One field; "a ""quoted"" one" too. @return what follows its comma, or NULL at the end */
static const char *cut(const char *from, char **to)
{
    from += strspn(from, " \t");
    char *start = *to;
    if (*from == '"') {
        for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
            from += *from == '"';
            *(*to)++ = *from;
        }
        from += *from == '"';
        from += strcspn(from, ",");
    } else {
        while (*from && *from != ',')
            *(*to)++ = *from++;
        while (*to > start && ((*to)[-1] == ' ' || (*to)[-1] == '\t'))
            (*to)--;
    }
    *(*to)++ = 0;
    return *from ? from + 1 : NULL;
}

static int split(points_line *line, const char *text, size_t number, detente_error *error)
{
    const size_t needed = strlen(text) + DETENTE_MAX_FACTORS + 2;
    if (line->room < needed) {
        char *larger = detente_realloc(line->text, 2 * needed);
        if (!larger)
            return detente_no_memory(error);
        line->text = larger;
        line->room = 2 * needed;
    }
    char *to = line->text;
    line->number = number;
    line->n = 0;
    for (const char *from = text; from; line->n++) {
        if (line->n == DETENTE_MAX_FACTORS)
            return detente_error_set(error, DETENTE_E_INPUT, "line %zu: more than %d fields", number,
                                     DETENTE_MAX_FACTORS);
        line->field[line->n] = to;
        line->column[line->n] = (size_t)(from - text) + strspn(from, " \t") + 1;
        from = cut(from, &to);
    }
    return 0;
}

static int add_mark(points_file *f, uint64_t position, size_t number, detente_error *error)
{
    if (f->n % STRIDE)
        return 0;
    if (f->n_marks == f->room) {
        const size_t room = f->room ? 2 * f->room : 256;
        uint64_t *mark = detente_realloc(f->mark, room * sizeof *mark);
        f->mark = mark ? mark : f->mark;
        size_t *numbers = detente_realloc(f->mark_number, room * sizeof *numbers);
        f->mark_number = numbers ? numbers : f->mark_number;
        if (!mark || !numbers)
            return detente_no_memory(error);
        f->room = room;
    }
    f->mark[f->n_marks] = position;
    f->mark_number[f->n_marks++] = number;
    return 0;
}

static int read_lines(points_file *f, line_reader *r, points_visit *visit, void *data, detente_error *error)
{
    points_line line = {0};
    char *text;
    uint64_t position;
    size_t number = 0;
    int code = 0, more;
    while (!code && (more = next_line(r, &text, &position, error)) != 0) {
        if (more < 0) {
            code = more;
            break;
        }
        /* What some spreadsheets put before everything. */
        text += ++number == 1 && !strncmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
        if (!is_point(text))
            continue;
        if (!f->heading.n) {
            code = split(&f->heading, text, number, error);
            continue;
        }
        code = add_mark(f, position, number, error);
        f->n++;
        if (!code && visit)
            code = split(&line, text, number, error);
        if (!code && visit)
            code = visit(data, &line, error);
    }
    points_line_clear(&line);
    return code;
}

int points_file_open(points_file **file, const char *path, points_visit *visit, void *data, char *hex,
                     detente_error *error)
{
    detente_hash hash;
    struct stat there;
    *file = NULL;
    points_file *f = detente_calloc(1, sizeof *f);
    if (!f)
        return detente_no_memory(error);
    line_reader r = {.path = path, .hash = &hash};
    detente_hash_begin(&hash);
    f->path = detente_strdup(path);
    f->file = r.file = open(path, O_RDONLY | O_CLOEXEC);
    int code = f->path ? 0 : detente_no_memory(error);
    if (!code && (f->file < 0 || fstat(f->file, &there)))
        code = failed(&r, error);
    else if (!code && !S_ISREG(there.st_mode))
        code = detente_error_set(error, DETENTE_E_INPUT, "%s: is not an ordinary file", path);
    if (!code)
        code = read_lines(f, &r, visit, data, error);
    detente_hash_end(&hash, hex);
    detente_free(r.buffer);
    if (code)
        points_file_close(f);
    else
        *file = f;
    return code;
}

const points_line *points_file_heading(const points_file *file)
{
    return file->heading.n ? &file->heading : NULL;
}

uint64_t points_file_count(const points_file *file)
{
    return file->n;
}

int points_file_read(const points_file *f, uint64_t point, points_line *line, detente_error *error)
{
    const size_t mark = (size_t)(point / STRIDE);
    line_reader r = {.file = f->file, .path = f->path, .at = f->mark[mark], .position = f->mark[mark]};
    uint64_t left = point % STRIDE, position;
    size_t number = f->mark_number[mark];
    char *text;
    int code = 0, more;
    while ((more = next_line(&r, &text, &position, error)) > 0) {
        if (is_point(text) && left-- == 0)
            break;
        number++;
    }
    if (more > 0)
        code = split(line, text, number, error);
    else
        code = more ? more : detente_error_set(error, DETENTE_E_INPUT, "%s: has fewer points than it had", f->path);
    detente_free(r.buffer);
    return code;
}

void points_line_clear(points_line *line)
{
    detente_free(line->text);
    *line = (points_line){0};
}

void points_file_close(points_file *f)
{
    if (!f)
        return;
    if (f->file >= 0)
        close(f->file);
    points_line_clear(&f->heading);
    detente_free(f->mark);
    detente_free(f->mark_number);
    detente_free(f->path);
    detente_free(f);
}

void points_name(const char *text, char *out, size_t size)
{
    const char *slash = strrchr(text, '/'), *start = slash ? slash + 1 : text, *dot = strrchr(start, '.');
    const int is_file = dot && dot > start && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
    snprintf(out, size, "%.*s", is_file ? (int)(dot - start) : (int)strlen(start), start);
}
