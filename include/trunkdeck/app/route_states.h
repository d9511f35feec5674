/* The last reported route states of each number and server. Owner: the main thread. */
#ifndef TRUNKDECK_APP_ROUTE_STATES_H
#define TRUNKDECK_APP_ROUTE_STATES_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/routes/route.h"
#include "trunkdeck/work/ami_thread.h"

struct route_states;

struct route_states *route_states_new(void);
void route_states_free(struct route_states **t);
void route_states_report(struct route_states *t, const struct ami_route_report *r);
/* The server's link went down: all its states become unknown. */
void route_states_server_down(struct route_states *t, const char *server);
/* The state on one server; ROUTE_UNKNOWN if never reported. *report may be NULL; valid until the next change. */
enum route_state route_states_get(const struct route_states *t, const char *server, const char *number,
				 const struct route_report **report);

/* Calls fn with the reports that need a person. There are few, unless much is wrong. */
void route_states_each_alarm(const struct route_states *t,
			    void (*fn)(void *arg, const char *server, const struct route_report *r), void *arg);
/* Calls fn with every report. */
void route_states_each(const struct route_states *t, void (*fn)(void *arg, const char *server, const struct route_report *r),
		      void *arg);

/* For a number's row: the worst state on the servers of its region. */
struct route_summary {
	enum route_state state;
	const char *server;		/* a server in this state, if not all are; NULL = all */
	size_t servers;			/* servers of the region with routes */
};

#endif
