/*
 * The keys that a server must hold for a workspace, made from its records (DESIGN.md 4.2 and 4.6). The screen, sync and
 * the doctor make them here. Pure; any thread. Each function appends keys that are packed by route_pack().
 *
 * In the present form a value begins with "3,". Its fields:
 *
 *	trunkdeck / NUMBER		STATE,GEN,BYTES,PROVIDER,ENDPOINT,AGENT,SPLIT,FALLBACK,SCHEDULE,CLOSED,MAX_CALLS,MAX_SECONDS
 *	trunkdeckagent / ID		KIND,MAX_CALLS,GUARD,DIAL...
 *	trunkdecktell / NUMBER.GEN.N	chunk N of what agents are told (model/tell.h); without "3,"
 *	trunkdecktrunk / ENDPOINT	PROVIDER,PREFIX,MAX_CALLS,ROUTING,DEFAULT_AGENT,DEFAULT_MAX,REGION
 *	trunkdeckschedule / ID		ZONE,EXCEPTIONS,MON,TUE,WED,THU,FRI,SAT,SUN
 *	trunkdeckday / ID.YYYYMMDD	RANGES
 *	trunkdeckblock / CALLER		UNTIL
 *	trunkdeckmeta / has		EXACT,LENGTHS,ANONYMOUS,TRUNKS,MAX_PER_CALLER,MAX_SECONDS
 *	ws/websocket_client / td-ID	the object of res_websocket_client, JSON; without "3,"
 *
 * STATE is on or off; a number that is off gets 404 and never the provider's default agent. SPLIT is "sales:90/billing:10".
 * An agent that can't take calls has the KIND "off". RANGES are "0900-1800/2200-2400", cut at midnight. LENGTHS are those of
 * the blocked prefixes, "3/5". A cap or time of 0 is none.
 *
 * In the form of a former dialplan a number's value is its agent's id, an agent's its dial string, and a trunk's its prefix.
 */
#ifndef TRUNKDECK_ROUTES_DESIRED_H
#define TRUNKDECK_ROUTES_DESIRED_H

#include "trunkdeck/base/buf.h"
#include "trunkdeck/model/snapshot.h"

/* ca_file: on the server, for the agent's wss:// URL; "" = AGENT_CA_FILE. */
void desired_agent(struct buf *to, const struct agent *agent, const char *ca_file);
void desired_schedule(struct buf *to, const struct schedule *schedule);
/* The number's key, and the chunks of what its agents are told. */
void desired_number(struct buf *to, const struct snapshot *s, const struct number *n);
/* All keys of the families TRUNK, BLOCK and HAS. */
void desired_standing(struct buf *to, struct snapshot *s);
/* Does the number use something that a former dialplan does not do? */
bool desired_needs_new(const struct number *n, const struct agent *agent);

#endif
