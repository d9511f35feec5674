/* The client under test, and the main thread's part, which takes the mail and remembers it. Also its servers. */
#ifndef AMI_FIXTURE_H
#define AMI_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault_server.h"
#include "trunkdeck/demo/pbx.h"
#include "trunkdeck/work/ami_thread.h"

#define ROUTES_MAX 512
#define CALLS_MAX 8192

struct fixture {
	struct mailbox *mail;
	struct ami *ami;
	struct server_status status;
	size_t statuses;
	struct route_report routes[ROUTES_MAX];
	size_t route_count;
	struct call calls[CALLS_MAX];	/* newest state of each */
	bool finished[CALLS_MAX];
	size_t finished_times[CALLS_MAX];
	size_t call_count;
	struct ami_hangup_report hangup;	/* the last one */
	size_t hangups;
	struct call_detail detail;	/* the last one */
	size_t details;
	uint64_t resynced;		/* serial of the last round */
	size_t resyncs;
	struct ami_gap gap;		/* the last one */
	uint64_t last_call_serial;
	struct endpoints_report endpoints;	/* the newest */
};

/* A server "na-1" at a loopback port, routes in astdb. */
struct server_config fixture_config(int port);
struct fixture *fixture_start_with(const struct server_config *server, size_t mailbox_size, const char *owner);
/* Without Pings, which would make a stuck connection continue. */
struct fixture *fixture_start_without_ping(const struct server_config *server);
struct fixture *fixture_start(int port);
struct fixture *fixture_start_read_only(int port);
void fixture_stop(struct fixture *f);			/* and checks that it stops soon */
void fixture_take(struct fixture *f);
size_t fixture_finished(const struct fixture *f);	/* calls */
const struct route_report *fixture_route(const struct fixture *f, const char *number);	/* the newest, or NULL */
bool fixture_is_up(void *f);				/* handles mail first */
/* Wants the numbers from +15550000000 on, of seven agents. */
void fixture_want(struct fixture *f, size_t n);
/* The only provider's form; prefix NULL = none. */
void fixture_set_prefix(struct fixture *f, const char *endpoint, const char *prefix);
void fixture_want_route(struct fixture *f, const char *number, const char *agent, const char *dial);

struct demo_pbx *fixture_demo(double calls_per_minute, int *port);
/* Checks a key of its database over a separate connection; value NULL = the key must not exist. */
void fixture_assert_key(int port, const char *family, const char *key, const char *value);
/* Changes a key without the program's knowledge. */
bool fixture_key_is(int port, const char *family, const char *key, const char *value);
/* The agent in the number's key, and the prefix in the provider's, in either form. */
void fixture_assert_route(int port, const char *number, const char *agent);
void fixture_assert_prefix(int port, const char *endpoint, const char *prefix);
void fixture_set_key(int port, const char *family, const char *key, const char *value);

/* A call with talking detected, or NULL; and whether there is one, for wait_until(). */
struct call *fixture_talking(struct fixture *f);
bool fixture_one_talks(void *arg);
/* Passes five routes to the client, and waits for a call with talking detected. */
struct call fixture_first_call(struct fixture *f);
/* From now on only this call is recorded, as calls[0]. */
void fixture_follow_only(struct fixture *f, const struct call *c);
/* Calls arrive fast and last: none ends by itself during a test. */
struct demo_pbx *fixture_slow_demo(int *port);

#endif
