/* Route states as last reported, per number and server. Owner: the main thread. */
#ifndef TRUNKDECK_APP_ROUTE_STATES_H
#define TRUNKDECK_APP_ROUTE_STATES_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/routes/route.h"
#include "trunkdeck/work/ami_thread.h"

struct route_table;

struct route_table *route_table_new(void);
void route_table_free(struct route_table **t);
void route_table_report(struct route_table *t, const struct ami_route_report *r);
/* The server's link went down: all its states are unknown. */
void route_table_server_down(struct route_table *t, const char *server);
/* State on one server; ROUTE_UNKNOWN when never reported. *report may be NULL; valid until the next change. */
enum route_state route_table_get(const struct route_table *t, const char *server, const char *number,
				 const struct route_report **report);

/* The reports that need a person: few, unless much is wrong. */
void route_table_each_alarm(const struct route_table *t,
			    void (*fn)(void *arg, const char *server, const struct route_report *r), void *arg);
/* Every report there is. */
void route_table_each(const struct route_table *t, void (*fn)(void *arg, const char *server, const struct route_report *r),
		      void *arg);

/* What a number's row shows: the worst state over the servers of its region. */
struct route_summary {
	enum route_state state;
	const char *server;		/* where it is so, when not everywhere; NULL = on all */
	size_t servers;			/* servers of the region with routes */
};

#endif
