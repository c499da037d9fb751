/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the varied paths of a design reach. They are set one after the other, as --set sets them: a later one may put its value over
 * an earlier one's, whose coordinate in the results would then be of something that was not played. And a strategy or a persona
 * may say itself what a path varies for everybody.
 *
 * Paths name elements by number or by name, parts of what other paths set, and each strategy or all. So they are not compared: they
 * are set, and looked for in what comes out.
 */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "param/merge.h"
#include "param/vary.h"

/* The paths set so far, numbered from 1 as their nodes are. */
typedef struct stock {
    reader *r;
    const detente_design *design;
    node *tree;
    unsigned parts;
    size_t n_items; /* strategies */
    char *there;    /* by number: something of its value is in the tree */
    char *in_item;  /* by strategy and number */
} stock;

static const source FROM = {"design", "", 0, 1};

static void mark(node *n, int number)
{
    n->varied = n->kind == NODE_SCALAR ? number : 0;
    for (node *child = n->first; child; child = child->next)
        mark(child, number);
}

static void look(const node *n, char *there)
{
    there[n->varied] = 1;
    for (const node *child = n->first; child; child = child->next)
        look(child, there);
}

/* Number 0 is that of all that no path has set. */
static void take_stock(stock *s)
{
    const size_t width = (size_t)s->design->n_factors + 2;
    memset(s->there, 0, width);
    memset(s->in_item, 0, s->n_items * width);
    for (const node *child = s->tree->first; child; child = child->next) {
        size_t i = 0;
        /* The map `strategy` is for strategies that are still to come. */
        if (!(branch_of(child->key) & s->parts) || !strcmp(child->key, "strategy"))
            continue;
        if (strcmp(child->key, "strategies") != 0)
            look(child, s->there);
        for (const node *item = strcmp(child->key, "strategies") ? NULL : child->first; item && i < s->n_items; i++) {
            look(item, s->in_item + i * width);
            for (size_t j = 0; j < width; j++)
                s->there[j] |= s->in_item[i * width + j];
            item = item->next;
        }
    }
}

/* @return 0 when out of memory */
static int begin(stock *s, reader *r, const node *root, const detente_design *design, unsigned more)
{
    const size_t width = (size_t)design->n_factors + 2;
    *s = (stock){.r = r, .design = design, .parts = more};
    for (int k = 0; k < design->n_factors; k++)
        s->parts |= branch_of(design->factor[k].path);
    const node *strategies = node_get(root, "strategies");
    s->n_items = strategies ? strategies->n : 0;
    s->tree = branch_tree(r, root, s->parts);
    s->there = reader_alloc(r, width);
    s->in_item = reader_alloc(r, s->n_items * width + 1);
    return s->tree && s->there && s->in_item;
}

/* Put a value in as number @p number. A mistake is one of these values together: others may do. */
static void put(stock *s, const char *path, node *value, int number, place at)
{
    const size_t before = s->r->errors->n;
    if (!value)
        return;
    mark(value, number);
    set_value(s->r, s->tree, path, value, at);
    s->r->errors->n = before;
}

static void put_factor(stock *s, int k, int number, place at)
{
    const detente_factor *f = &s->design->factor[k];
    char text[40];
    node *value;
    if (f->named) {
        value = yaml_parse(s->r, f->text[0], strlen(f->text[0]), &FROM);
    } else {
        text_number(f->from, text);
        value = node_scalar(s->r, text, at);
    }
    put(s, f->path, value, number, at);
}

/* ---- one over the other ------------------------------------------------------------------------------------------ */

/* Whether both of two paths are there when the later one is set first. */
static int go_the_other_way(const vary *v, int earlier, int later)
{
    stock s;
    if (!begin(&s, v->r, v->root, v->design, 0))
        return 0;
    put_factor(&s, later, later + 1, v->at);
    put_factor(&s, earlier, earlier + 1, v->at);
    take_stock(&s);
    return s.there[later + 1] && s.there[earlier + 1];
}

static void overwritten(const vary *v, int earlier, int later)
{
    const char *path = v->design->factor[later].path, *other = show_text(v->r, v->design->factor[earlier].path);
    reader_error(v->r, v->where[later], show_text(v->r, path), "overwrites %s, which varies as well, allowed %s", other,
                 go_the_other_way(v, earlier, later) ? "before it: then both count" : "one of the two");
}

/* What the last path has put itself over. */
static void compare_stock(const vary *v, const stock *s, const char *there, const char *in_item, int last)
{
    const size_t width = (size_t)v->design->n_factors + 2;
    for (int j = 0; j < last; j++) {
        if (there[j + 1] && !s->there[j + 1]) {
            overwritten(v, j, last);
            continue;
        }
        for (size_t i = 0; i < s->n_items && i < (size_t)v->config->n_strategies; i++)
            if (in_item[i * width + (size_t)j + 1] && !s->in_item[i * width + (size_t)j + 1])
                reader_warn(v->r, v->where[j], show_text(v->r, v->design->factor[j].path),
                            "does not reach strategy %s, for which %s varies as well", v->config->strategy[i].name,
                            show_text(v->r, v->design->factor[last].path));
    }
}

/* ---- what says itself -------------------------------------------------------------------------------------------- */

static int is_varied(const vary *v, const char *path)
{
    for (int k = 0; k < v->design->n_factors; k++)
        if (!strcmp(v->design->factor[k].path, path))
            return 1;
    return 0;
}

/* Whether customer.persona may be one that customer.personas does not list: its map is kept. */
static int has_other_personas(const vary *v)
{
    int found = 0;
    for (int k = 0; k < v->design->n_factors; k++) {
        const detente_factor *f = &v->design->factor[k];
        for (uint64_t i = 0; !strcmp(f->path, "customer.persona") && i < f->levels; i++)
            found |= *f->text[i] == '{';
    }
    return found;
}

/* The number of the path that sets an agent's key for a strategy; 0: none does */
static int varied_in(const node *item, const char *key)
{
    const node *agent = item ? node_get(item, "agent") : NULL, *own = agent ? node_get(agent, key) : NULL;
    return own ? own->varied : 0;
}

static void warn_strategy(const vary *v, int k, int strategy, size_t row, int varied)
{
    const detente_strategy *it = &v->config->strategy[strategy];
    const char *path = v->design->factor[k].path;
    const size_t offset = registry_section(SECTION_AGENT).offset[row];
    if (varied)
        reader_warn(v->r, v->where[k], path, "does not reach strategy %s, for which %s varies as well", it->name,
                    show_text(v->r, v->design->factor[varied - 1].path));
    else if (!isnan(*(const double *)(const void *)((const char *)&it->agent + offset)))
        reader_warn(v->r, v->where[k], path,
                    "does not reach strategy %s, which sets it itself; strategy.%s would reach all", it->name, path);
}

/* agent.mirroring, of strategies that set it themselves or have it varied. */
static void check_strategies(const vary *v, const stock *s, int k)
{
    const section agent = registry_section(SECTION_AGENT);
    const char *path = v->design->factor[k].path, *key = path + strlen("agent.");
    const node *list = node_get(s->tree, "strategies");
    size_t row = 0;
    int n_varied = 0, by = 0;
    while (row < agent.n && strcmp(agent.param[row].path, path) != 0)
        row++;
    for (const node *item = list ? list->first : NULL; item; item = item->next) {
        by = varied_in(item, key) ? varied_in(item, key) : by;
        n_varied += varied_in(item, key) != 0;
    }
    if (row < agent.n && n_varied && n_varied == v->config->n_strategies) {
        reader_error(v->r, v->where[k], path,
                     "reaches no strategy beside %s, which varies as well, allowed one of the two",
                     show_text(v->r, v->design->factor[by - 1].path));
        return;
    }
    const node *item = list ? list->first : NULL;
    for (int i = 0; row < agent.n && i < v->config->n_strategies; i++, item = item ? item->next : NULL)
        warn_strategy(v, k, i, row, varied_in(item, key));
}

/* customer.anger.mean, of a persona that sets its anger itself. */
static void warn_personas(const vary *v, const stock *s, int k)
{
    const char *path = v->design->factor[k].path, *trait = path + strlen("customer.");
    const node *customer = node_get(s->tree, "customer"), *list = customer ? node_get(customer, "personas") : NULL;
    char name[DETENTE_NAME_SIZE];
    const size_t length = strcspn(trait, ".");
    if (length >= sizeof name)
        return;
    memcpy(name, trait, length);
    name[length] = '\0';
    for (const node *item = list && find_name(TRAIT_NAME, name) >= 0 ? list->first : NULL; item; item = item->next) {
        const node *persona = item->kind == NODE_MAP ? node_get(item, "name") : NULL;
        if (persona && node_get(item, name))
            reader_warn(v->r, v->where[k], path, "may not reach persona %s, which says what its %s is itself",
                        persona->text, name);
    }
    if (!strncmp(trait, "personas[", 9) && has_other_personas(v))
        reader_warn(v->r, v->where[k], path, "does not reach a persona of customer.persona that is not in the list");
    if (find_name(TRAIT_NAME, name) >= 0 && is_varied(v, "customer.persona"))
        reader_warn(v->r, v->where[k], path,
                    "does not reach a persona of customer.persona that says what its %s is itself", name);
}

void vary_reach(const vary *v)
{
    const size_t width = (size_t)v->design->n_factors + 2;
    const reader_mark before = reader_stand(v->r);
    stock s;
    if (!begin(&s, v->r, v->root, v->design, 0))
        return;
    char *there = reader_alloc(v->r, width), *in_item = reader_alloc(v->r, s.n_items * width + 1);
    for (int k = 0; k < v->design->n_factors && there && in_item && !v->r->code; k++) {
        memcpy(there, s.there, width);
        memcpy(in_item, s.in_item, s.n_items * width);
        put_factor(&s, k, k + 1, v->where[k]);
        take_stock(&s);
        compare_stock(v, &s, there, in_item, k);
    }
    for (int k = 0; k < v->design->n_factors && !v->r->code; k++) {
        const char *path = v->design->factor[k].path;
        if (!strncmp(path, "agent.", 6))
            check_strategies(v, &s, k);
        else if (!strncmp(path, "customer.", 9))
            warn_personas(v, &s, k);
    }
    /* What a problem says lies in the memory that would be forgotten. */
    if (v->r->errors->n == before.n_errors && v->r->warnings->n == before.n_warnings)
        reader_return(v->r, &before);
}

/* The path after which nothing is left of what was put in as number @p number. */
static const char *find_overwriting(stock *s, int number, place at)
{
    take_stock(s);
    for (int k = 0; k < s->design->n_factors && s->there[number]; k++) {
        put_factor(s, k, k + 1, at);
        take_stock(s);
        if (!s->there[number])
            return s->design->factor[k].path;
    }
    return NULL;
}

const char *vary_overwrites(reader *r, const node *root, const detente_design *design, const char *path, node *value)
{
    const int number = design->n_factors + 1;
    const char *found = NULL;
    stock s;
    for (int k = 0; k < design->n_factors; k++)
        if (!strcmp(design->factor[k].path, path))
            return path;
    const reader_mark before = reader_stand(r);
    if (branch_of(path) && begin(&s, r, root, design, branch_of(path))) {
        put(&s, path, value, number, root->place);
        found = find_overwriting(&s, number, root->place);
    }
    reader_return(r, &before);
    return found;
}
