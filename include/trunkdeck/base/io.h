/* Writes to a shared descriptor, without waiting for its reader. */
#ifndef TRUNKDECK_BASE_IO_H
#define TRUNKDECK_BASE_IO_H

#include <sys/types.h>

/*
 * Like write(2), but never waits. O_NONBLOCK is set during the call only, because all users of a terminal share it.
 * Returns the bytes written, or -1 with errno EAGAIN when nothing can be written now. Async-signal-safe.
 */
ssize_t io_write_now(int fd, const void *bytes, size_t len);

#endif
