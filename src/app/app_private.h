/* What the screen does not see of struct app; shared by the app_*.c files only. */
#ifndef APP_PRIVATE_H
#define APP_PRIVATE_H

#include "agents_worker.h"
#include "trunkdeck/app.h"
#include "worker.h"

/* A mutation under way. */
struct request {
	uint64_t token;
	struct mutation mutation;	/* as asked, for messages */
	struct record before;		/* EDIT: the record as the screen showed it, for undo */
	bool is_undo;
	app_result_fn *fn;
	void *arg;
	struct request *next;
};

#define UNDO_DEPTH 50

/* What takes a change back: the inverse mutation and the words for it. */
struct undo {
	struct mutation mutation;
	char text[96];
};

struct app_private {
	struct worker *worker;
	struct ami *ami;
	struct agents_worker *agents;	/* NULL = none needed */
	uint64_t next_token;
	struct request *requests;
	struct undo undo[UNDO_DEPTH];
	size_t undo_count;
	bool undo_running;
	void (*on_route)(void *arg, const struct ami_route_report *r);
	void *on_route_arg;
};

/* app_routes.c */
void routes_tell_all(struct app *a);
void routes_tell_number(struct app *a, const struct number *n);
void routes_tell_removed(struct app *a, const struct number *n);
/* How the providers' carriers write numbers. */
void routes_tell_prefixes(struct app *a);
/* A server reported a route. */
void routes_report(struct app *a, const struct ami_route_report *r);
void routes_tell_agent(struct app *a, const char *agent_id);

/* app_change.c */
void change_handle_result(struct app *a, struct worker_result *r);
void change_requests_free(struct app *a);

#endif
