/* Writing to descriptors that others share, without waiting for whoever reads them. */
#ifndef TRUNKDECK_BASE_IO_H
#define TRUNKDECK_BASE_IO_H

#include <sys/types.h>

/*
 * write(2) that never waits: O_NONBLOCK is set for the time of the call only, because the flag belongs to everybody who has
 * the same terminal open. Returns what was written; -1 with errno EAGAIN when nothing can be written now. Async-signal-safe.
 */
ssize_t io_write_now(int fd, const void *bytes, size_t len);

#endif
