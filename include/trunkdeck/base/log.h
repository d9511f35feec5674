/*
 * The log file ($XDG_STATE_HOME/trunkdeck/log, or stderr for batch commands with --verbose). Each message is one line
 * and one write(2), so that lines of several threads never mix. Control bytes are escaped. The caller must leave out
 * secrets. Without log_open() messages are dropped. Any thread may log after log_open().
 */
#ifndef TRUNKDECK_BASE_LOG_H
#define TRUNKDECK_BASE_LOG_H

#include <stdbool.h>

#include "trunkdeck/base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Appends to path (created with mode 0600). The folder must exist. */
bool log_open(const char *path, enum log_level level, struct err *e);
void log_close(void);
void log_msg(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
