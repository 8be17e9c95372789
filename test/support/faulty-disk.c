/*
 * Loaded into a program by LD_PRELOAD. Simulates faults of the disk for the files below the folder DISK_FOLDER:
 *
 * DISK_SYNCED is a folder with what a power failure leaves of these files. When a file is synced, its content is copied there.
 * Renamed and deleted files are renamed and deleted there at once.
 * DISK_IGNORES_SYNC is set for a disk that reports success too early: it keeps nothing.
 * DISK_FULL is the name of a file. While it exists, no file below DISK_FOLDER can grow.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define ORIGINAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Returns the place of an absolute path below DISK_FOLDER, which begins with a slash. Null if it is elsewhere. */
static const char *place_of(const char *path) {
  const char *folder = getenv("DISK_FOLDER");
  size_t length = folder == NULL ? 0 : strlen(folder);
  return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length : NULL;
}

/* Writes the name of the copy of a file. Returns false if the file is elsewhere, or no longer has a name. */
static int copy_of(const char *path, char *copy) {
  char absolute[PATH_MAX];
  char folder[PATH_MAX];
  if (path[0] == '/') snprintf(absolute, sizeof absolute, "%s", path);
  else if (getcwd(folder, sizeof folder) == NULL) return 0;
  else if (snprintf(absolute, sizeof absolute, "%s/%s", folder, path) >= PATH_MAX) return 0;
  const char *place = place_of(absolute);
  const char *synced = getenv("DISK_SYNCED");
  if (place == NULL || synced == NULL || getenv("DISK_IGNORES_SYNC") != NULL) return 0;
  if (strstr(place, " (deleted)") != NULL) return 0;
  return snprintf(copy, PATH_MAX, "%s%s", synced, place) < PATH_MAX;
}

static int name_of(int fd, char *name) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, name, PATH_MAX - 1);
  if (length < 0) return 0;
  name[length] = '\0';
  return 1;
}

static int open_copy(const char *copy) {
  int fd = open(copy, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0 || errno != ENOENT) return fd;
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%s", copy);
  for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(folder, 0700);
    *slash = '/';
  }
  return open(copy, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static void fail(const char *action) {
  perror(action);
  abort();
}

/* Reads from the same descriptor if possible: to close another one would release the locks of SQLite. */
static void copy_synced(int fd) {
  char name[PATH_MAX], copy[PATH_MAX], bytes[65536];
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || !name_of(fd, name) || !copy_of(name, copy)) return;
  int is_readable = (fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY;
  int from = is_readable ? fd : open(name, O_RDONLY | O_CLOEXEC);
  int to = open_copy(copy);
  if (from < 0 || to < 0) fail(copy);
  off_t offset = 0;
  for (ssize_t length; (length = pread(from, bytes, sizeof bytes, offset)) > 0; offset += length) {
    if (ORIGINAL(pwrite)(to, bytes, length, offset) != length) fail(copy);
  }
  if (ftruncate(to, offset) != 0) fail(copy);
  close(to);
  if (!is_readable) close(from);
}

int fsync(int fd) {
  copy_synced(fd);
  return 0;
}

int fdatasync(int fd) { return fsync(fd); }

int unlink(const char *path) {
  char copy[PATH_MAX];
  int result = ORIGINAL(unlink)(path);
  if (result == 0 && copy_of(path, copy)) {
    ORIGINAL(unlink)(copy);
    errno = 0;
  }
  return result;
}

int rename(const char *from, const char *to) {
  char copy_from[PATH_MAX], copy_to[PATH_MAX];
  int result = ORIGINAL(rename)(from, to);
  if (result == 0 && copy_of(from, copy_from) && copy_of(to, copy_to)) {
    ORIGINAL(rename)(copy_from, copy_to);
    errno = 0;
  }
  return result;
}

/* Whether the disk is full and a write would need more space. */
static int lacks_space(int fd, off_t offset, size_t length) {
  const char *full = getenv("DISK_FULL");
  char name[PATH_MAX];
  struct stat status;
  int former = errno;
  int lacks = full != NULL && access(full, F_OK) == 0 && name_of(fd, name) && place_of(name) != NULL &&
              fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && offset + (off_t)length > status.st_size;
  errno = lacks ? ENOSPC : former;
  return lacks;
}

static off_t position_of(int fd) {
  if (fcntl(fd, F_GETFL) & O_APPEND) return lseek(fd, 0, SEEK_END);
  off_t position = lseek(fd, 0, SEEK_CUR);
  return position < 0 ? 0 : position;
}

static size_t length_of(const struct iovec *parts, int count) {
  size_t length = 0;
  for (int part = 0; part < count; part += 1) length += parts[part].iov_len;
  return length;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (getenv("DISK_FULL") != NULL && lacks_space(fd, position_of(fd), length)) return -1;
  return ORIGINAL(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  return lacks_space(fd, offset, length) ? -1 : ORIGINAL(pwrite)(fd, bytes, length, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  return lacks_space(fd, offset, length) ? -1 : ORIGINAL(pwrite64)(fd, bytes, length, offset);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return lacks_space(fd, offset, length_of(parts, count)) ? -1 : ORIGINAL(pwritev)(fd, parts, count, offset);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return lacks_space(fd, offset, length_of(parts, count)) ? -1 : ORIGINAL(pwritev64)(fd, parts, count, offset);
}

int posix_fallocate(int fd, off_t offset, off_t length) {
  return lacks_space(fd, offset, length) ? ENOSPC : ORIGINAL(posix_fallocate)(fd, offset, length);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  return lacks_space(fd, offset, length) ? ENOSPC : ORIGINAL(posix_fallocate64)(fd, offset, length);
}
