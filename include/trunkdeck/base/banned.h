/*
 * Functions that this program never calls: a call is a compile error. The build includes this file before everything
 * else (-include); it includes the system headers that declare the functions first.
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

/* With _FORTIFY_SOURCE, glibc defines sprintf as a macro for clang, and clang warns when a macro is poisoned. */
#undef sprintf

/* They are unbounded, or truncate silently. */
#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat gets
/* They report no errors. */
#pragma GCC poison atoi atol atoll atof
/* They have hidden shared state. */
#pragma GCC poison strtok localtime gmtime ctime asctime
/* It leaves locks and memory behind. */
#pragma GCC poison pthread_cancel

#endif
