/*
 * The inside of the field table, for the model room only: how a member is stored, and whether a text may become its
 * value. `base` is always the struct of the entity itself (struct number *, ...), not struct record.
 */
#ifndef MODEL_FIELDS_H
#define MODEL_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/model/records.h"

/* Additional parameters with deeper nesting are refused. */
#define PARAMS_DEPTH_MAX 16
#define PARAMS_SIZE_MAX 16384

char **field_text_of(const struct field *f, void *base);
const char *field_text_in(const struct field *f, const void *base);
/* Returns the struct of the entity inside a record. */
void *record_base(struct record *r);
const void *record_base_const(const struct record *r);

/* Sets the error "sipDomain: this value is not allowed", with a translated hint. Returns false. */
bool field_refuse(const struct field *f, struct err *e, const char *hint);
/* Sets the error for a missing value: the field's own message if it has one ("Agent is required"). Returns false. */
bool field_missing(const struct field *f, struct err *e);
bool url_is_masked(const char *url);
/* Checks the form and the bounds of a text value. Sets *e like field_set(). */
bool field_check_text(const struct field *f, const char *text, struct err *e);
/* Checks all text members: required ones are set, and all have the right form. */
bool fields_check(enum entity entity, const void *base, struct err *e);

/* --- host.c --- */

bool host_valid(const char *text);
/* Finds the host in a longer text ("sip:pstn.twilio.com:5060"); caller frees, NULL when there is none. */
char *host_suggest(const char *text);

#endif
