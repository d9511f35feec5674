/*
 * One Asterisk server as the configuration names it, and the values that every connection to it shares: the state of a link,
 * and how long each step may take.
 */
#ifndef TRUNKDECK_AMI_SERVER_H
#define TRUNKDECK_AMI_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "trunkdeck/model/records.h"

/* ASTDB: written and read back; ODBC: the server reads the store, which is verified through Asterisk; NONE: every number's
 * state is reported as unknown. */
enum routes_mode { ROUTES_NONE, ROUTES_ASTDB, ROUTES_ODBC };

const char *routes_mode_name(enum routes_mode m);	/* "none", "astdb", "odbc" */
bool routes_mode_parse(const char *s, enum routes_mode *out);

/* One [server NAME] of the configuration; strings owned by the configuration, copied at start. */
struct server_config {
	char *name;
	enum region region;
	char *host;
	int port;
	bool tls;
	char *ca_file;			/* "" = the system's */
	char *user;
	char *secret;
	enum routes_mode routes;
	char *trunk_contexts;		/* comma list, "" = any */
	char *trunk_techs;		/* comma list */
	char *agent_ca_file;		/* on the server, for agents by wss:// URL; "" = AGENT_CA_FILE */
	int cache_hours;		/* in odbc mode: how long a route is used that was read before the database went away */
};

/* The CA file for agents' wss:// URLs; "" = AGENT_CA_FILE. The servers of odbc mode share one object, which names that. */
const char *server_agent_ca_file(const struct server_config *s);

/* Can a network read the traffic? It can without TLS, unless the server is on this machine. */
bool server_is_plain_off_loopback(const struct server_config *s);

/* What a server reports of itself; a value. */
struct server_facts {
	char version[48];		/* Asterisk's, "" = unknown */
	bool clock_known;		/* it was measured by a Ping */
	int64_t clock_us;		/* the server's clock minus ours; exact to half the round trip */
};

/* From this difference on, times of calls are so wrong that a person should know. */
#define SERVER_CLOCK_WARN_US 2000000
bool server_clock_is_off(const struct server_facts *f);
/* The difference by which times are converted: 0 if the network's delay alone could cause it. */
int64_t server_clock_ahead_us(const struct server_facts *f);
/* Writes "+12 ms", "-3.2 s", or "unknown", translated. */
#define SERVER_CLOCK_TEXT_SIZE 32
void server_clock_text(const struct server_facts *f, char to[SERVER_CLOCK_TEXT_SIZE]);

/* UNUSED: no part needs the link, so it is never made. */
enum link_state { LINK_OFF, LINK_CONNECTING, LINK_LOGIN, LINK_UP, LINK_RETRY, LINK_UNUSED };

const char *link_state_text(enum link_state s);		/* translated */

/* All in ms. NULL in the options = the defaults; tests use shorter times. */
struct ami_timing {
	int64_t connect;		/* name, connection, TLS */
	int64_t login;			/* banner and login */
	int64_t ping_every;
	int64_t ping_deadline;		/* dead after this long with neither the answer nor any other byte */
	int64_t retry_min, retry_max;	/* first and longest wait before the next try; doubled in between */
	int64_t retry_refused;		/* shortest wait after a refused login */
	int64_t resync_min;		/* from the end of a resync to the next one */
	int64_t verify_wait;		/* struct routes_config */
	int64_t scan_silence;		/* of a server inside its list of keys; then the connection is closed */
	int64_t scan;			/* the same limit for the whole list */
	int64_t endpoints_every;	/* between two questions about all endpoints; events are followed at once */
};

extern const struct ami_timing ami_timing_default;

#endif
