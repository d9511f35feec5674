/*
 * Sets additional parameters one by one: "--param department=sales", "--param priority=3", "--param vip=true". Pure.
 * The record must be of a kind that has such a field.
 */
#ifndef CLI_IO_PARAMS_H
#define CLI_IO_PARAMS_H

#include <stdbool.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/records.h"

/* "KEY=VALUE". A value that is JSON keeps its type ("3", "true", "null", "[1]", "\"3\""), anything else is a string. */
bool cli_param_set(struct record *r, const char *pair, struct err *e);
/* Fails for a key that does not exist. */
bool cli_param_unset(struct record *r, const char *key, struct err *e);

#endif
