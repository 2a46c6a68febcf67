/*
 * cgroup.h - the container or the unit of systemd that a process is in, by its control groups.
 */
#ifndef TIMERLEAK_OUTSIDE_CGROUP_H
#define TIMERLEAK_OUTSIDE_CGROUP_H

#include <stddef.h>

/*
 * The path that tells most of those in a text like /proc/PID/cgroup: that of version 2, or of
 * systemd, or of another hierarchy of version 1. The caller frees it; "/" if there is no other.
 */
char *cgroup_path(const char *text);

/*
 * How much of a path is the container or unit, without groups that are made within; all of it if
 * there is none.
 */
size_t cgroup_unit(const char *path);

struct cgroup_name {
    char s[64];
};

/* What people call it: "nginx.service", "docker-0123456789ab"; "/" of those in none. */
struct cgroup_name cgroup_name(const char *path);

#endif
