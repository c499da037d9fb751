/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param/branch.h"

#include <string.h>

#include "param/dump.h"

const char *const BRANCH_NAME[] = {"scenario", "customer",   "strategies", "strategy", "tiers",     "moves", "agent",
                                   "affect",   "bargaining", "decision",   "outcome",  "max_turns", NULL};
static const unsigned BRANCH[] = {BRANCH_SCENARIO,   BRANCH_CUSTOMER, BRANCH_STRATEGIES, BRANCH_STRATEGIES,
                                  BRANCH_TIERS,      BRANCH_MOVES,    BRANCH_AGENT,      BRANCH_AFFECT,
                                  BRANCH_BARGAINING, BRANCH_DECISION, BRANCH_OUTCOME,    BRANCH_TURNS};

static unsigned branch_named(const char *key, size_t length)
{
    for (size_t i = 0; BRANCH_NAME[i]; i++)
        if (strlen(BRANCH_NAME[i]) == length && !strncmp(BRANCH_NAME[i], key, length))
            return BRANCH[i];
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
