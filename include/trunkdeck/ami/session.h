/*
 * One connection to one server, for batch commands and the job thread. The caller's thread drives it, and waits for each answer.
 * (The screen's connections belong to the ami thread, see ami_thread.h.) Every wait has a deadline, and nothing is retried.
 *
 * Failures: ERR_SERVER_UNREACHABLE (no connection, lost, silent, stopped), ERR_SERVER_LOGIN, ERR_SERVER_REFUSED with
 * Asterisk's own message. After one of the first two the session can only be closed. One owner, one thread.
 */
#ifndef TRUNKDECK_AMI_SESSION_H
#define TRUNKDECK_AMI_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "action.h"
#include "parse.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "server.h"

struct ami_session;

struct ami_session_options {
	const struct server_config *server;	/* outlives the query */
	const char *events;			/* classes, "off" for none: the mask at login, without blanks */
	int64_t timeout_ms;			/* of connecting with login, and of each answer */
	struct mailbox *stop;			/* a message in it ends every wait at once; NULL = none */
	ami_frame_fn *on_event;			/* gets events that answer no action, rejected frames; may be NULL */
	void *arg;
};

/* Connects and logs in. */
bool ami_session_open(struct ami_session **out, const struct ami_session_options *options, struct err *e);
void ami_session_close(struct ami_session **q);

/* Sends an action and waits for its answer: fn (may be NULL) gets the response and each list item. False on errors. */
bool ami_session_action(struct ami_session *q, const char *action, const struct ami_field *fields, ami_frame_fn *fn, void *arg,
		   struct err *e);
/* The same for one value: the first of `key` in the answer, the empty string without one; caller frees. */
bool ami_session_value(struct ami_session *q, const char *action, const struct ami_field *fields, enum ami_key key, char **out,
		     struct err *e);
/* Reads version and clock. False when the server does not give its version; the clock is measured all the same. */
bool ami_session_facts(struct ami_session *q, struct server_facts *out, struct err *e);
/* Passes events to on_event for so long, or until *done. False when the connection was lost. */
bool ami_session_listen(struct ami_session *q, int64_t ms, const bool *done, struct err *e);
/* For cleaning up after a stop: from now on no message stops the session, and no wait is longer than timeout_ms. */
void ami_session_hurry(struct ami_session *q, int64_t timeout_ms);

/* --- how the server would treat a call --- */

/* Reads a key of astdb; *out is the empty string when there is none. Caller frees. */
bool ami_session_db_get(struct ami_session *q, const char *family, const char *key, char **out, struct err *e);
/* Reads a key of routes/desired.h from the place where the server looks up routes (none: as astdb). Caller frees. */
bool ami_session_key(struct ami_session *q, enum routes_mode mode, const char *family, const char *key, char **out, struct err *e);
/* Reads a global variable or a function, as the dialplan would see it. Caller frees. */
bool ami_session_variable(struct ami_session *q, const char *name, char **out, struct err *e);
/* Returns the number's agent and the dial string from the place where the server looks up routes (none: as astdb); both
 * empty without a route, NULL on failure. Caller frees both. */
bool ami_session_route(struct ami_session *q, enum routes_mode mode, const char *number, char **agent, char **dial,
		     struct err *e);

#endif
