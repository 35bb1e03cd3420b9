/* Writes down what a process does to the files under TRACE_ROOT, so that a power cut can be simulated afterwards.
 * Loaded by LD_PRELOAD. A record: kind, two lengths, offset, then the path and the data. Syncs are written down before
 * they are made and writes after, so that a write counts as synced only if it was over before. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int trace = -2;
static const char *root;

static int ours(const char *path) {
    if (trace == -2) {
        root = getenv("TRACE_ROOT");
        const char *to = getenv("TRACE_TO");
        trace = root && to ? (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    }
    return trace >= 0 && strncmp(path, root, strlen(root)) == 0;
}

static void record(char kind, const char *path, const void *data, size_t length, uint64_t offset) {
    uint32_t sizes[2] = {(uint32_t)strlen(path), (uint32_t)length};
    struct iovec parts[5] = {{&kind, 1}, {sizes, 8}, {&offset, 8}, {(void *)path, sizes[0]}, {(void *)data, length}};
    pthread_mutex_lock(&lock);
    syscall(SYS_writev, trace, parts, 5);
    pthread_mutex_unlock(&lock);
}

static int named(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return ours(path);
}

#define NEXT(name) __typeof__(&name) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int opening(int at, const char *path, int flags, mode_t mode) {
    int before = (flags & O_CREAT) && syscall(SYS_faccessat, at, path, F_OK) != 0;
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    char full[PATH_MAX];
    if (fd >= 0 && (flags & (O_CREAT | O_TRUNC)) && named(fd, full)) {
        if (before) record('O', full, "", 0, 0);
        else if (flags & O_TRUNC) record('T', full, "", 0, 0);
    }
    return fd;
}
#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
int open(const char *path, int flags, ...) { MODE return opening(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return opening(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return opening(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return opening(at, path, flags, mode); }

ssize_t write(int fd, const void *data, size_t length) {
    char path[PATH_MAX];
    int wanted = fd > 2 && named(fd, path);
    int append = wanted && (fcntl(fd, F_GETFL) & O_APPEND);
    off_t at = wanted ? lseek(fd, 0, append ? SEEK_END : SEEK_CUR) : 0;
    ssize_t done = syscall(SYS_write, fd, data, length);
    if (wanted && done > 0) record('W', path, data, (size_t)done, (uint64_t)at);
    return done;
}
static ssize_t placed(int fd, const void *data, size_t length, off_t at) {
    char path[PATH_MAX];
    ssize_t done = syscall(SYS_pwrite64, fd, data, length, at);
    if (done > 0 && named(fd, path)) record('W', path, data, (size_t)done, (uint64_t)at);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return placed(fd, data, length, at); }
ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) { return placed(fd, data, length, at); }

static int cutting(int fd, off_t length) {
    char path[PATH_MAX];
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (done == 0 && named(fd, path)) record('T', path, "", 0, (uint64_t)length);
    return done;
}
int ftruncate(int fd, off_t length) { return cutting(fd, length); }
int ftruncate64(int fd, off_t length) { return cutting(fd, length); }

int fsync(int fd) {
    char path[PATH_MAX];
    if (named(fd, path)) record('S', path, "", 0, 0);
    return (int)syscall(SYS_fsync, fd);
}
int fdatasync(int fd) {
    char path[PATH_MAX];
    if (named(fd, path)) record('D', path, "", 0, 0);
    return (int)syscall(SYS_fdatasync, fd);
}
int rename(const char *from, const char *to) {
    NEXT(rename);
    int done = next(from, to);
    if (done == 0 && ours(from)) record('R', from, to, strlen(to), 0);
    return done;
}
int unlink(const char *path) {
    NEXT(unlink);
    int done = next(path);
    if (done == 0 && ours(path)) record('U', path, "", 0, 0);
    return done;
}
int unlinkat(int at, const char *name, int flags) {
    char folder[PATH_MAX], path[PATH_MAX];
    int wanted = at != AT_FDCWD && named(at, folder);
    int done = (int)syscall(SYS_unlinkat, at, name, flags);
    if (done == 0 && wanted && snprintf(path, sizeof path, "%s/%s", folder, name) < PATH_MAX) record('U', path, "", 0, 0);
    return done;
}
int rmdir(const char *path) {
    int done = (int)syscall(SYS_rmdir, path);
    if (done == 0 && ours(path)) record('U', path, "", 0, 0);
    return done;
}
int mkdir(const char *path, mode_t mode) {
    NEXT(mkdir);
    int done = next(path, mode);
    if (done == 0 && ours(path)) record('M', path, "", 0, 0);
    return done;
}
