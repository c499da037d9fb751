/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a config from beginning to end. */
#include <locale.h>
#include <string.h>

#include "core/fs.h"
#include "core/hash.h"
#include "core/memory.h"
#include "param/bind.h"
#include "param/merge.h"
#include "param/vary.h"

static const source SETTING = {.name = "--set", .folder = "", .setting = 1};

static void apply_setting(reader *r, node *root, const detente_setting *setting)
{
    source *from = reader_alloc(r, sizeof *from);
    if (!from)
        return;
    *from = SETTING;
    node *value = yaml_parse(r, setting->value, strlen(setting->value), from);
    /* Settings come last: what the file extends has been read by then. */
    if (!strcmp(setting->path, "extends"))
        reader_error(r, (place){from, 0, 0}, "extends", "cannot be set: write it in the file, or set what differs");
    else if (value)
        set_value(r, root, setting->path, value, (place){from, 0, 0});
}

/* A value of which no point has anything, for the design puts its own over it. */
static void warn_overwritten(reader *r, const node *root, const detente_design *design, const detente_setting *setting)
{
    node *value = yaml_parse(r, setting->value, strlen(setting->value), &SETTING);
    const char *by = value ? vary_overwrites(r, root, design, setting->path, value) : NULL;
    if (!by)
        return;
    /* Where no base is given, one-at-a-time goes out from what the config says. */
    if (design->type == DETENTE_ONE_AT_A_TIME &&
        !node_get(node_get(node_get(node_get(root, "design"), "vary"), by), "base"))
        return;
    if (!strcmp(by, setting->path))
        reader_warn(r, (place){&SETTING, 0, 0}, setting->path, "has no effect: the design varies it");
    else
        reader_warn(r, (place){&SETTING, 0, 0}, setting->path, "is overwritten: the design varies %s",
                    show_text(r, by));
}

/* Bytes of the character that begins here; 0 where it is none of UTF-8. */
static size_t character_size(const char *text)
{
    const unsigned char first = (unsigned char)*text;
    const size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* The name of a config that says none: its file's, with _ for what no text may hold. */
static void name_by_file(const char *file, char name[DETENTE_NAME_SIZE])
{
    const char *slash = strrchr(file, '/'), *start = slash ? slash + 1 : file;
    const char *dot = strrchr(start, '.');
    size_t n = dot && dot > start ? (size_t)(dot - start) : strlen(start);
    if (n >= DETENTE_NAME_SIZE)
        n = DETENTE_NAME_SIZE - 1;
    while (n && ((unsigned char)start[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0, size; i < n; i += size) {
        size = character_size(start + i);
        if (size == 0 || i + size > n || (unsigned char)start[i] < 0x20 || start[i] == 0x7f) {
            name[i] = '_';
            size = 1;
        } else {
            memcpy(name + i, start + i, size);
        }
    }
    if (!n)
        strcpy(name, "config");
}

static void read_tree(reader *r, detente_config *config, const char *text, size_t size, const source *from,
                      const detente_setting *settings, size_t n_settings)
{
    node *root = yaml_parse(r, text, size, from);
    if (root && root->kind != NODE_MAP) {
        reader_error(r, root->place, NULL, "found %s, allowed a map of keys", show_node(r, root));
        return;
    }
    if (!root || !(root = load_extends(r, root, LIBRARY_SCENARIOS, "extends")))
        return;
    expand_tree(r, root);
    for (size_t i = 0; i < n_settings; i++)
        apply_setting(r, root, &settings[i]);
    name_by_file(from->name, config->name);
    if (!r->code)
        bind_config(r, root, config);
    for (size_t i = 0; i < n_settings && config->design && !r->errors->n; i++)
        warn_overwritten(r, root, config->design, &settings[i]);
}

int detente_config_parse(detente_config *config, const char *text, size_t size, const char *name,
                         const detente_setting *settings, size_t n_settings, detente_error *error,
                         detente_error *warnings)
{
    reader r;
    int code = DETENTE_E_MEMORY;
    memset(config, 0, sizeof *config);
    /* Numbers have a decimal point, whatever the caller's locale says. */
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain || reader_init(&r)) {
        if (plain)
            freelocale(plain);
        return detente_error_set(error, code, "out of memory while reading the config");
    }
    const locale_t before = uselocale(plain);
    const char *slash = strrchr(name, '/');
    source *from = reader_alloc(&r, sizeof *from);
    char *folder = slash ? reader_text(&r, name, slash == name ? 1 : (size_t)(slash - name)) : NULL;
    char *shown = reader_text(&r, name, strlen(name));
    if (from && shown && (folder || !slash)) {
        *from = (source){.name = shown, .folder = folder ? folder : ""};
        read_tree(&r, config, text, size, from, settings, n_settings);
    }
    code = reader_report(&r, error, warnings);
    reader_free(&r);
    uselocale(before);
    freelocale(plain);
    if (code)
        detente_config_clear(config);
    return code;
}

int detente_config_load(detente_config *config, const char *path, const detente_setting *settings, size_t n_settings,
                        detente_error *error, detente_error *warnings)
{
    char *text;
    size_t size;
    memset(config, 0, sizeof *config);
    int code = detente_fs_read(path, TREE_MAX_BYTES, &text, &size, error);
    if (code)
        return code;
    code = detente_config_parse(config, text, size, strcmp(path, "-") ? path : "standard input", settings, n_settings,
                                error, warnings);
    detente_free(text);
    return code;
}

static void clear_names(char **name, uint64_t n)
{
    for (uint64_t i = 0; name && i < n; i++)
        detente_free(name[i]);
    detente_free(name);
}

static void clear_design(detente_design *design)
{
    for (int k = 0; design && k < design->n_factors; k++) {
        detente_factor *f = &design->factor[k];
        clear_names(f->name, f->levels);
        clear_names(f->text, f->levels);
        detente_free(f->value);
        detente_free(f->path);
    }
    if (!design)
        return;
    for (int p = 0; p < DETENTE_N_PARTS; p++)
        detente_free(design->part[p]);
    detente_free(design->factor);
    detente_free(design->row);
    detente_free(design->file);
    detente_free(design->found);
    detente_free(design);
}

void detente_config_clear(detente_config *config)
{
    if (!config)
        return;
    clear_design(config->design);
    for (int i = 0; i < config->n_hypotheses; i++) {
        detente_free(config->hypothesis[i].where.at);
        detente_free(config->hypothesis[i].versus.at);
    }
    detente_free(config->hypothesis);
    detente_free(config->question);
    detente_free(config->persona);
    detente_free(config->strategy);
    memset(config, 0, sizeof *config);
}

int detente_config_sha256(const detente_config *config, char hex[65], detente_error *error)
{
    char *text;
    const int code = detente_config_write(config, &text, error);
    if (code)
        return code;
    detente_sha256(text, strlen(text), hex);
    detente_free(text);
    return 0;
}

int detente_yaml_text(const char *text, size_t size, const char *key, char **value, detente_error *error)
{
    static const source FROM = {"text", "", 0, 0};
    reader r;
    *value = NULL;
    if (reader_init(&r))
        return detente_no_memory(error);
    const node *root = yaml_parse(&r, text, size, &FROM);
    const node *n = root ? node_get(root, key) : NULL;
    if (n && n->kind == NODE_SCALAR && !(*value = detente_strdup(n->text)))
        r.code = DETENTE_E_MEMORY;
    const int code = reader_report(&r, error, NULL);
    reader_free(&r);
    if (code) {
        detente_free(*value);
        *value = NULL;
    }
    return code;
}
