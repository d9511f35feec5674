#include "config.h"

#include "trunkdeck/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

ssize_t io_write_now(int fd, const void *bytes, size_t len)
{
	int flags = fcntl(fd, F_GETFL), error;
	ssize_t n;

	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	n = write(fd, bytes, len);
	error = errno;
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(fd, F_SETFL, flags);
	errno = error;
	return n;
}
