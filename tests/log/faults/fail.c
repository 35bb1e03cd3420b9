/* Lets the FAIL_AT-th act of a process on the files under FAIL_ROOT fail with EIO, or as FAIL_FULL with ENOSPC, and those after it
 * as well unless FAIL_ONCE is set; FAIL_AFTER microseconds later than it would. Loaded by LD_PRELOAD. Makes the file FAIL_TOLD when it does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long acts;

static int fails(const char *path) {
    const char *root = getenv("FAIL_ROOT"), *at = getenv("FAIL_AT"), *told = getenv("FAIL_TOLD");
    if (!root || !at || strncmp(path, root, strlen(root)) != 0) return 0;
    long act = __atomic_add_fetch(&acts, 1, __ATOMIC_SEQ_CST), wanted = atol(at);
    if (act < wanted || (act > wanted && getenv("FAIL_ONCE"))) return 0;
    if (told) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, told, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) syscall(SYS_close, fd);
    }
    const char *after = getenv("FAIL_AFTER");
    if (after) usleep((useconds_t)atol(after));
    errno = getenv("FAIL_FULL") ? ENOSPC : EIO;
    return 1;
}

static int named_fails(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return fails(path);
}

ssize_t write(int fd, const void *data, size_t length) {
    return fd > 2 && named_fails(fd) ? -1 : syscall(SYS_write, fd, data, length);
}
static ssize_t placed(int fd, const void *data, size_t length, off_t at) {
    return named_fails(fd) ? -1 : syscall(SYS_pwrite64, fd, data, length, at);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return placed(fd, data, length, at); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) { return placed(fd, data, length, at); }
static int cutting(int fd, off_t length) { return named_fails(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length); }
int ftruncate(int fd, off_t length) { return cutting(fd, length); }
int ftruncate64(int fd, off_t length) { return cutting(fd, length); }
int fsync(int fd) { return named_fails(fd) ? -1 : (int)syscall(SYS_fsync, fd); }
int fdatasync(int fd) { return named_fails(fd) ? -1 : (int)syscall(SYS_fdatasync, fd); }
int sync_file_range(int fd, off_t from, off_t length, unsigned flags) {
    return named_fails(fd) ? -1 : (int)syscall(SYS_sync_file_range, fd, from, length, flags);
}
int rename(const char *from, const char *to) {
    if (fails(from)) return -1;
    __typeof__(&rename) next = (__typeof__(&rename))dlsym(RTLD_NEXT, "rename");
    return next(from, to);
}
int mkdir(const char *path, mode_t mode) {
    if (fails(path)) return -1;
    __typeof__(&mkdir) next = (__typeof__(&mkdir))dlsym(RTLD_NEXT, "mkdir");
    return next(path, mode);
}
