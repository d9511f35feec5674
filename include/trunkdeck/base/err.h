/*
 * Failures that users see. Each code is a row of one table: its class sets the exit code of a batch command, its field
 * is a field of the form, its text is the message (verbatim from the product document). A failure adds a hint: what to
 * do next. Lower layers fill in a struct err and return false; only cli/ and ui/ show it.
 *
 * `struct err` is a value without pointers. It may be copied and sent through a mailbox, and needs no freeing.
 */
#ifndef TRUNKDECK_BASE_ERR_H
#define TRUNKDECK_BASE_ERR_H

#include <stdbool.h>
#include <stdarg.h>

#include "trunkdeck/base/gettext.h"

/* Sets the exit code of a batch command. */
enum err_class {
	ERR_CLASS_NONE = 0,
	ERR_CLASS_REFUSED = 1,
	ERR_CLASS_USAGE = 2,
	ERR_CLASS_UNREACHABLE = 3,
};

/* Code, class, key of the form field ("" = none), message. */
#define ERR_TABLE(X) \
	X(NUMBER_REQUIRED, REFUSED, "number", N_("Phone number is required")) \
	X(NUMBER_FORMAT, REFUSED, "number", N_("Invalid phone number format")) \
	X(NUMBER_EXISTS, REFUSED, "number", N_("Phone number already exists")) \
	X(NUMBER_NOT_FOUND, REFUSED, "number", N_("Phone number not found")) \
	X(NUMBER_LIMIT, REFUSED, "number", N_("Phone number limit reached")) \
	X(AGENT_REQUIRED, REFUSED, "agentId", N_("Agent is required")) \
	X(AGENT_NOT_FOUND, REFUSED, "agentId", N_("Agent not found")) \
	X(AGENT_UNUSABLE, REFUSED, "agentId", N_("Agent can't take calls")) \
	X(AGENT_EXISTS, REFUSED, "id", N_("Agent already exists")) \
	X(AGENT_IN_USE, REFUSED, "id", N_("Agent is in use")) \
	X(TRUNK_REQUIRED, REFUSED, "trunkId", N_("Trunk is required")) \
	X(TRUNK_NOT_FOUND, REFUSED, "trunkId", N_("Trunk not found")) \
	X(PROVIDER_EXISTS, REFUSED, "name", N_("Provider already exists")) \
	X(PROVIDER_IN_USE, REFUSED, "name", N_("Provider still has numbers")) \
	X(SCHEDULE_NOT_FOUND, REFUSED, "scheduleId", N_("Schedule not found")) \
	X(SCHEDULE_EXISTS, REFUSED, "id", N_("Schedule already exists")) \
	X(SCHEDULE_IN_USE, REFUSED, "id", N_("Schedule is in use")) \
	X(BLOCK_NOT_FOUND, REFUSED, "caller", N_("Caller is not blocked")) \
	X(BLOCK_EXISTS, REFUSED, "caller", N_("Caller is blocked already")) \
	X(FIELD_REQUIRED, REFUSED, "", N_("A required value is missing")) \
	X(FIELD_INVALID, REFUSED, "", N_("A value is not allowed")) \
	X(CHANGED_MEANWHILE, REFUSED, "", N_("Changed by somebody else meanwhile")) \
	X(READ_ONLY, REFUSED, "", N_("Read-only mode")) \
	X(FOREIGN_SERVER, REFUSED, "", N_("This server belongs to another store")) \
	X(FOUND_WRONG, REFUSED, "", N_("Something was found wrong")) \
	X(USAGE, USAGE, "", N_("Usage error")) \
	X(CONFIG, USAGE, "", N_("Configuration error")) \
	X(STORE_NEWER, USAGE, "", N_("The store is newer than this program")) \
	X(STORE_OLDER, USAGE, "", N_("The store must be brought up to date")) \
	X(FILE, USAGE, "", N_("File error")) \
	X(STORE_UNREACHABLE, UNREACHABLE, "", N_("Store unreachable")) \
	X(STORE_FAILED, UNREACHABLE, "", N_("Store failed")) \
	X(SERVER_UNREACHABLE, UNREACHABLE, "", N_("Server unreachable")) \
	X(SERVER_LOGIN, UNREACHABLE, "", N_("Server refused the login")) \
	X(SERVER_REFUSED, REFUSED, "", N_("Server refused an action")) \
	X(DIRECTORY_UNREACHABLE, UNREACHABLE, "", N_("Agent directory unreachable")) \
	X(DIRECTORY_REFUSED, REFUSED, "", N_("Agent directory refused the request")) \
	X(DIRECTORY_ANSWER, REFUSED, "", N_("Agent directory gave an answer that is not understood")) \
	X(DIRECTORY_UNSETTLED, UNREACHABLE, "", N_("Agent directory kept changing while it was read"))

enum err_code {
	ERR_NONE,
#define ERR_ENUM(code, class, field, text) ERR_##code,
	ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
	ERR_COUNT
};

struct err {
	enum err_code code;
	char message[192];	/* what is wrong, without a full stop at the end */
	char hint[256];		/* what to do next; "" = nothing to add */
	char field[32];		/* the key of the field; "" = none */
};

/* Sets the code, its field and text, and a formatted hint (may be NULL). Always returns false, so that functions can
 * end with `return err_set(e, ERR_AGENT_REQUIRED, ...)`. e may be NULL. */
bool err_set(struct err *e, enum err_code code, const char *hint, ...) __attribute__((format(printf, 3, 4)));
/* The same with its own message instead of the table's, for values that are known only at run time. */
bool err_set_message(struct err *e, enum err_code code, const char *message, ...) __attribute__((format(printf, 3, 4)));
/* Sets the hint of the failure. Returns false, too. */
bool err_hint(struct err *e, const char *hint, ...) __attribute__((format(printf, 2, 3)));
/* Sets the field of the failure, for codes that have no field of their own. */
void err_about(struct err *e, const char *field);
void err_clear(struct err *e);

enum err_class err_class_of(enum err_code code);
const char *err_field_of(enum err_code code);		/* never NULL */
const char *err_text_of(enum err_code code);		/* translated table text */
const char *err_name_of(enum err_code code);		/* "NUMBER_REQUIRED": for JSON and tests */

#endif
