/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "engine/threads.h"

#include <detente/engine.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 1024, MOST_CPUS = 1 << 16 };

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int affinity_cpus(void)
{
    /* The kernel refuses a set smaller than its own: try larger ones. */
    for (int cpus = 1024; cpus <= MOST_CPUS; cpus *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)cpus);
        if (!set)
            return 1;
        const size_t size = CPU_ALLOC_SIZE((size_t)cpus);
        const int failed = sched_getaffinity(0, size, set), why = errno;
        const int n = failed ? 0 : CPU_COUNT_S(size, set);
        CPU_FREE(set);
        if (!failed)
            return n > 0 ? n : 1;
        if (why != EINVAL)
            return 1;
    }
    return 1;
}

/* First line of a file. */
static int read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    const int found = fgets(line, size, file) != NULL;
    fclose(file);
    return found;
}

static int quota_cpus(long long quota, long long period)
{
    if (quota <= 0 || period <= 0)
        return INT_MAX;
    const long long cpus = (quota - 1) / period + 1;
    return cpus < INT_MAX ? (int)cpus : INT_MAX;
}

/* Quota of one folder of either version. */
static int folder_quota(const char *folder)
{
    char path[PATH_SIZE + 32], line[64];
    long long quota, period;
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (read_line(path, line, sizeof line))
        return sscanf(line, "%lld %lld", &quota, &period) == 2 ? quota_cpus(quota, period) : INT_MAX;
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    if (!read_line(path, line, sizeof line) || sscanf(line, "%lld", &quota) != 1)
        return INT_MAX;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (!read_line(path, line, sizeof line) || sscanf(line, "%lld", &period) != 1)
        return INT_MAX;
    return quota_cpus(quota, period);
}

/*
 * The tightest quota of a group and its parents up to the mount. In a container the group's own path may not be visible
 * while the mount's root is the container's group, so the walk always ends there.
 */
static int group_quota(const char *root, const char *mount, const char *group)
{
    char folder[PATH_SIZE];
    const int length = snprintf(folder, sizeof folder, "%s%s", root, mount);
    if (length < 0 || (size_t)length + strlen(group) >= sizeof folder)
        return INT_MAX;
    memcpy(folder + length, group, strlen(group) + 1);
    int cpus = INT_MAX;
    for (;;) {
        cpus = smaller(cpus, folder_quota(folder));
        char *slash = strrchr(folder + length, '/');
        if (!slash)
            return cpus;
        *slash = '\0';
    }
}

/* Whether a comma-separated list of controllers holds cpu. */
static int has_cpu(const char *controllers)
{
    for (const char *c = controllers; c; c = strchr(c, ',')) {
        c += *c == ',';
        if (strncmp(c, "cpu", 3) == 0 && (c[3] == ',' || c[3] == '\0'))
            return 1;
    }
    return 0;
}

int detente_threads_quota(const char *root)
{
    static const char *const mounts[2][2] = {{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"},
                                             {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"}};
    char path[PATH_SIZE], line[PATH_SIZE];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    if (!file)
        return INT_MAX;
    int cpus = INT_MAX;
    while (fgets(line, sizeof line, file)) {
        /* hierarchy:controllers:group, where version 2 has hierarchy 0 and no controllers */
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        controllers++;
        const int version1 = *controllers != '\0';
        if (version1 && !has_cpu(controllers))
            continue;
        for (int m = 0; m < 2; m++)
            cpus = smaller(cpus, group_quota(root, mounts[version1][m], group));
    }
    fclose(file);
    return cpus;
}

int detente_threads_asked(const char *text)
{
    if (!text)
        return INT_MAX;
    char *end;
    const long n = strtol(text, &end, 10);
    return end != text && n > 0 && n < INT_MAX ? (int)n : INT_MAX;
}

int detente_engine_threads(void)
{
    return smaller(smaller(affinity_cpus(), detente_threads_quota("")),
                   detente_threads_asked(getenv("OMP_NUM_THREADS")));
}
