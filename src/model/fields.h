/*
 * The inside of the field table, for the model layer only: how a member is stored, and whether a text may become its
 * value. `base` is always the struct of the entity itself (struct number *, ...), not struct record.
 */
#ifndef MODEL_FIELDS_H
#define MODEL_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/model/records.h"

/* Deeper nesting of additional parameters is refused. */
#define PARAMS_DEPTH_MAX 16
#define PARAMS_SIZE_MAX 16384

char **field_text_of(const struct field *f, void *base);
const char *field_text_in(const struct field *f, const void *base);
/* The struct of the entity inside a record. */
void *record_base(struct record *r);
const void *record_base_const(const struct record *r);

/* "sipDomain: this value is not allowed", with a hint already translated. Returns false. */
bool field_refuse(const struct field *f, struct err *e, const char *hint);
/* The message of a missing value: the field's own where it has one ("Agent is required"). Returns false. */
bool field_missing(const struct field *f, struct err *e);
/* Form and bounds of a value of a text member; *e as field_set() sets it. */
bool field_check_text(const struct field *f, const char *text, struct err *e);
/* Every text member in turn: required ones are there, all have their form. */
bool fields_check(enum entity entity, const void *base, struct err *e);

/* --- host.c --- */

bool host_valid(const char *text);
/* The host in something longer ("sip:pstn.twilio.com:5060"); caller frees, NULL when there is none. */
char *host_suggest(const char *text);

#endif
