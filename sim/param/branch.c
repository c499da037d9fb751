/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param/branch.h"

#include <string.h>

#include "param/dump.h"

static const struct {
    const char *key;
    unsigned branch;
} BRANCH[] = {{"scenario", BRANCH_SCENARIO},   {"customer", BRANCH_CUSTOMER}, {"strategies", BRANCH_STRATEGIES},
              {"strategy", BRANCH_STRATEGIES}, {"tiers", BRANCH_TIERS},       {"moves", BRANCH_MOVES},
              {"agent", BRANCH_AGENT},         {"affect", BRANCH_AFFECT},     {"bargaining", BRANCH_BARGAINING},
              {"decision", BRANCH_DECISION},   {"outcome", BRANCH_OUTCOME},   {"max_turns", BRANCH_TURNS}};
enum { N_BRANCHES = sizeof BRANCH / sizeof BRANCH[0] };

static unsigned branch_named(const char *key, size_t length)
{
    for (size_t i = 0; i < N_BRANCHES; i++)
        if (strlen(BRANCH[i].key) == length && !strncmp(BRANCH[i].key, key, length))
            return BRANCH[i].branch;
    return 0;
}

unsigned branch_of(const char *path)
{
    return branch_named(path, strcspn(path, ".["));
}

node *branch_tree(reader *r, const node *root, unsigned parts)
{
    node *tree = node_new(r, NODE_MAP, root->place);
    for (const node *child = root->first; tree && child; child = child->next) {
        const int own = (branch_of(child->key) & parts) != 0;
        node *copy = own ? node_copy(r, child) : node_new(r, child->kind, child->place);
        if (!copy)
            return NULL;
        if (!own)
            *copy = *child;
        node_add(tree, copy, child->key, child->key_place);
    }
    return tree;
}

int branch_dump(const node *root, unsigned parts, char **text)
{
    text_buffer b = {0};
    for (const node *child = root->first; child; child = child->next)
        if (branch_of(child->key) & parts && strcmp(child->key, "strategy") != 0)
            dump_block(&b, child->key, child, 0);
    return text_finish(&b, text, NULL);
}
