/*
 * Functions this program never calls, made into compile errors. Included before everything else by the
 * build (-include), after the system headers that declare them.
 */
#ifndef TRUNKDECK_BASE_BANNED_H
#define TRUNKDECK_BASE_BANNED_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* With _FORTIFY_SOURCE glibc makes this a macro for clang, and clang warns when a macro is poisoned. */
#undef sprintf

/* Unbounded, or silently truncating. */
#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat gets
/* No error report. */
#pragma GCC poison atoi atol atoll atof
/* Hidden shared state. */
#pragma GCC poison strtok localtime gmtime ctime asctime
/* Leaves locks and memory behind. */
#pragma GCC poison pthread_cancel

#endif
