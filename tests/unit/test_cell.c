/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A compiled cell: its customers follow the laws of the config, are shared between strategies, and do not see each other. */
#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <detente/config.h>
#include <detente/model.h>

#include "model/cell.h"
#include "population/customers.h"
#include "population/draw.h"
#include "support/suite.h"

static void read_config(detente_config *config, const char *text)
{
    detente_error error = {0};
    const int code = detente_config_parse(config, text, strlen(text), "cell", NULL, 0, &error, NULL);
    ck_assert_msg(code == 0, "%s", error.text ? error.text : "");
}

/* Quantile of a law at probability @p below (above: 1 - @p below), each from its nearer tail. */
static double quantile_of(const detente_distribution *d, double below, double above)
{
    const double m = d->mean, v = d->sd * d->sd;
    const int left = below < 0.5;
    switch ((int)d->family) {
    case DETENTE_UNIFORM:
        return m + d->sd * sqrt(3) * (left ? 2 * below - 1 : 1 - 2 * above);
    case DETENTE_BETA: {
        const double n = m * (1 - m) / v - 1;
        return left ? gsl_cdf_beta_Pinv(below, m * n, (1 - m) * n) : gsl_cdf_beta_Qinv(above, m * n, (1 - m) * n);
    }
    case DETENTE_GAMMA:
        return left ? gsl_cdf_gamma_Pinv(below, m * m / v, v / m) : gsl_cdf_gamma_Qinv(above, m * m / v, v / m);
    case DETENTE_LOGNORMAL: {
        const double sigma2 = log1p(v / (m * m)), mu = log(m) - sigma2 / 2;
        return left ? gsl_cdf_lognormal_Pinv(below, mu, sqrt(sigma2)) : gsl_cdf_lognormal_Qinv(above, mu, sqrt(sigma2));
    }
    default:
        return m + (left ? gsl_cdf_gaussian_Pinv(below, d->sd) : gsl_cdf_gaussian_Qinv(above, d->sd));
    }
}

/*
 * A trait is its law's quantile at the normal's probability, kept in its range. Between the table's points the line errs by at
 * most h^2/8 = 1.7e-5 of the second derivative in z, which is below 8 for these laws within four standard deviations.
 */
START_TEST(traits_are_quantiles)
{
    static const char text[] = "detente: 1\n"
                               "strategies: [typical]\n"
                               "customer:\n"
                               "  anger: {dist: beta, mean: 0.3, sd: 0.2}\n"
                               "  entitlement: {dist: uniform, low: 0.1, high: 0.7}\n"
                               "  expectation: {dist: normal, mean: 0.8, sd: 0.4}\n"
                               "  patience: {dist: gamma, mean: 3, sd: 1.2}\n"
                               "  reciprocity: {dist: normal, mean: 0.3, sd: 0.6}\n"
                               "  susceptibility: {dist: lognormal, mean: 1, sd: 0.5}\n"
                               "  openness: {dist: beta, mean: 0.5, sd: 0.1}\n";
    static const float low[] = {0, 0, 0.2F, 0.01F, -1, 0, 0, 0}, high[] = {1, 1, 1.5F, 1e6F, 1, 10, 10, 1};
    detente_config config;
    detente_customers *customers;
    read_config(&config, text);
    ck_assert_int_eq(detente_customers_create(&customers, &config, NULL, NULL), 0);
    for (int trait = DETENTE_TRAIT_anger; trait <= DETENTE_TRAIT_openness; trait++)
        for (float z = -4; z < 4; z += 0.0173F) {
            const detente_distribution *law = &config.persona[0].trait[trait];
            const double plain = quantile_of(law, gsl_cdf_ugaussian_P((double)z), gsl_cdf_ugaussian_Q((double)z));
            const double expected = fmin(fmax(plain, (double)low[trait]), (double)high[trait]);
            const double drawn = (double)customers_trait(&customers->trait[trait], z);
            ck_assert_msg(fabs(drawn - expected) < 1.4e-4, "trait %d at z %g: %.7g, expected %.7g", trait, (double)z,
                          drawn, expected);
        }
    detente_customers_release(customers);
    detente_config_clear(&config);
}
END_TEST

/* Encounters of two cells' blocks whose patience is the same, and those that are the same in all outcomes too. */
static void compare_cells(int common, uint32_t replication, int *alike, int *same)
{
    static detente_block block[2];
    detente_config config;
    detente_cell *cell;
    read_config(&config, "detente: 1\nstrategies: [typical]\n");
    config.common_random_numbers = common;
    for (uint32_t k = 0; k < 2; k++) {
        ck_assert_int_eq(detente_cell_create(&cell, &config, 0, k, NULL), 0);
        detente_cell_play(cell, DETENTE_ISA_AUTO, k ? replication : 0, 0, DETENTE_BLOCK, &block[k]);
        detente_cell_free(cell);
    }
    *alike = *same = 0;
    for (int i = 0; i < DETENTE_BLOCK; i++) {
        const float *a = &block[0].trait[DETENTE_TRAIT_patience][i], *b = &block[1].trait[DETENTE_TRAIT_patience][i];
        int equal = *a == *b;
        *alike += equal;
        for (int m = 0; m < DETENTE_N_METRICS; m++)
            equal &= block[0].metric[m][i] == block[1].metric[m][i];
        *same += equal;
    }
    detente_config_clear(&config);
}

/* With common random numbers a cell's number changes nothing; without them, and in another replication, everything. */
START_TEST(common_random_numbers)
{
    int alike, same;
    compare_cells(1, 0, &alike, &same);
    ck_assert_int_eq(same, DETENTE_BLOCK);
    compare_cells(0, 0, &alike, &same);
    ck_assert_int_lt(alike, 3); /* two floats may be equal by chance */
    compare_cells(1, 1, &alike, &same);
    ck_assert_int_lt(alike, 3);
}
END_TEST

/* Everything that an encounter can leave behind in its lane: tiers, issues, exceptions, breaches, promises, calls back. */
static const char LEAVING[] =
    "detente: 1\n"
    "scenario: three-part-complaint\n"
    "customer: {calls_back: 0.5, alternative: 0.3}\n"
    "decision: {manager_base: -3, hangup_base: -3}\n"
    "strategy: {agenda: easy_first, persistence: 0, set_aside: 1}\n"
    "strategies:\n"
    "  - name: all\n"
    "    playbook: [{when: {exceptions: \"< 1\", turn: \"> 2\"}, do: exception}, {when: {promises: \"< 1\"}, do: promise},\n"
    "      {when: {trades: \"< 1\"}, do: trade}, {when: {substitutes: \"< 1\"}, do: substitute},\n"
    "      {when: {interims: \"< 1\"}, do: interim}, {when: {options: \"< 2\"}, do: options},\n"
    "      {when: {apologises: \"< 1\"}, do: apologise}, {when: {offers: \"< 4\"}, do: offer}, {do: reiterate}]\n";

/* An encounter played alone ends in the bits that it has in its block, where lanes are used again and again. */
START_TEST(encounters_do_not_see_each_other)
{
    static detente_block block, alone;
    static detente_turn turns[1000];
    detente_config config;
    detente_cell *cell;
    read_config(&config, LEAVING);
    ck_assert_uint_le(config.max_turns, 1000);
    ck_assert_int_eq(detente_cell_create(&cell, &config, 0, 0, NULL), 0);
    for (int isa = DETENTE_ISA_SCALAR; isa <= DETENTE_ISA_V4; isa++) {
        if (!detente_isa_available((detente_isa)isa))
            continue;
        detente_cell_play(cell, (detente_isa)isa, 2, 5, 500, &block);
        for (uint32_t i = 0; i < 500; i++) {
            detente_cell_trace(cell, 2, 5 + i, turns, &alone);
            for (int m = 0; m < DETENTE_N_METRICS; m++)
                if (block.metric[m][i] != alone.metric[m][0])
                    ck_abort_msg("%s, encounter %u, metric %d: %g, alone %g", detente_isa_name((detente_isa)isa), 5 + i,
                                 m, (double)block.metric[m][i], (double)alone.metric[m][0]);
        }
    }
    detente_cell_free(cell);
    detente_config_clear(&config);
}
END_TEST

/*
 * A lane whose encounter is over goes on until its neighbours' are, and must read no further along the curve than they may:
 * beyond it lies a page that cannot be read.
 */
START_TEST(finished_lanes_stay_within_the_curve)
{
    static detente_block block;
    detente_config config;
    detente_cell *cell;
    /* Calls of one turn and calls that go on to the last. */
    read_config(&config,
                "detente: 1\nextends: billing-dispute\nmax_turns: 30\ndecision: {manager_base: -1000}\n"
                "strategies: [{name: blunt, extends: typical, playbook: [{when: {headroom: \"<= 0.005\"}, do: refuse}, "
                "{do: offer}]}]\n");
    ck_assert_int_eq(detente_cell_create(&cell, &config, 0, 0, NULL), 0);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), entries = cell->max_turns + 1;
    ck_assert_uint_le(entries * sizeof(float), page);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(pages, MAP_FAILED);
    ck_assert_int_eq(mprotect(pages + page, page, PROT_NONE), 0);
    float *own = cell->curve;
    cell->curve = memcpy(pages + page - entries * sizeof(float), own, entries * sizeof(float));
    for (int isa = DETENTE_ISA_SCALAR; isa <= DETENTE_ISA_V4; isa++)
        for (uint32_t r = 0; r < 200 && detente_isa_available((detente_isa)isa); r++)
            detente_cell_play(cell, (detente_isa)isa, r, 0, 64, &block);
    cell->curve = own;
    munmap(pages, 2 * page);
    detente_cell_free(cell);
    detente_config_clear(&config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cell");
    TCase *tests = tcase_create("cell");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, traits_are_quantiles);
    tcase_add_test(tests, common_random_numbers);
    tcase_add_test(tests, encounters_do_not_see_each_other);
    tcase_add_test(tests, finished_lanes_stay_within_the_curve);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
