/*
 * The inside of the field table, for the model layer only: how a member is stored, and whether a text may become its
 * value. `base` is always the struct of the entity itself (struct number *, ...), not struct record.
 */
#ifndef TD_MODEL_FIELDS_H
#define TD_MODEL_FIELDS_H

#include <stdbool.h>

#include "trunkdeck/records.h"

/* Deeper nesting of additional parameters is refused. */
#define PARAMS_DEPTH_MAX 16

/* Is the member a char *? */
bool field_is_text(const struct field *f);
char **field_text_of(const struct field *f, void *base);
const char *field_text_in(const struct field *f, const void *base);
/* The struct of the entity inside a record. */
void *record_base(struct record *r);
const void *record_base_const(const struct record *r);

/* Form and bounds of a text member's value; *e as field_set() sets it. */
bool field_check_text(const struct field *f, const char *text, struct err *e);
/* A failure of the field: its own code where it has one ("Agent is required"), else "key: what is wrong". The hint is
 * translated by the caller. Returns false. */
bool field_refuse(const struct field *f, struct err *e, const char *hint);
bool field_missing(const struct field *f, struct err *e);
/* Every text member of the struct in turn: required ones are there, all have their form. */
bool fields_check(enum entity entity, const void *base, struct err *e);

/* The text with its first "sip:", user, port and brackets taken off, when that makes it a host; caller frees, NULL = no. */
char *host_suggest(const char *text);

#endif
