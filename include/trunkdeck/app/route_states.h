/* Route states as last reported, per number and server. Owner: the main thread. */
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
/* The server's link went down: all its states are unknown. */
void route_states_server_down(struct route_states *t, const char *server);
/* State on one server; ROUTE_UNKNOWN when never reported. *report may be NULL; valid until the next change. */
enum route_state route_states_get(const struct route_states *t, const char *server, const char *number,
				 const struct route_report **report);

/* The reports that need a person: few, unless much is wrong. */
void route_states_each_alarm(const struct route_states *t,
			    void (*fn)(void *arg, const char *server, const struct route_report *r), void *arg);
/* Every report there is. */
void route_states_each(const struct route_states *t, void (*fn)(void *arg, const char *server, const struct route_report *r),
		      void *arg);

/* What a number's row shows: the worst state over the servers of its region. */
struct route_summary {
	enum route_state state;
	const char *server;		/* where it is so, when not everywhere; NULL = on all */
	size_t servers;			/* servers of the region with routes */
};

#endif
