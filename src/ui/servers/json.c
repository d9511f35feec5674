/* A server as JSON, for the clipboard: the facts of the Servers view under the names of the batch commands. */
#include "config.h"

#include "servers.h"

#include <stdlib.h>

#include "trunkdeck/base/utf8.h"

static json_t *text_json(const char *s)
{
	char *clean = utf8_clean_dup(str_of(s));
	json_t *json = json_string(clean);

	free(clean);
	return json;
}

/* Milliseconds with a fraction; null = unknown. */
static json_t *ms_json(int64_t us)
{
	return us < 0 ? json_null() : json_real((double)us / 1000);
}

json_t *servers_json(const struct app *a, const struct app_server *s)
{
	const struct server_status *st = &s->status;
	const struct endpoints_report *e = &s->endpoints;
	json_t *o = json_object(), *routes = json_object(), *endpoints = json_array(), *registrations = json_array();

	for (int i = 0; i < ROUTE_STATE_COUNT; i++)
		if (st->routes.by_state[i] > 0)
			json_object_set_new(routes, route_state_name((enum route_state)i),
					    json_integer((json_int_t)st->routes.by_state[i]));
	for (size_t i = 0; i < e->count; i++)
		json_array_append_new(endpoints, json_pack("{s:o,s:s,s:o}", "name", text_json(e->endpoints[i].name),
			"state", endpoint_state_name(e->endpoints[i].state), "roundTripMs", ms_json(e->endpoints[i].rtt_us)));
	for (size_t i = 0; i < e->registration_count; i++)
		json_array_append_new(registrations, json_pack("{s:o,s:o,s:o}", "name", text_json(e->registrations[i].name),
			"status", text_json(e->registrations[i].status), "at", text_json(e->registrations[i].at)));
	json_object_set_new(o, "name", text_json(s->config->name));
	json_object_set_new(o, "region", json_string(region_name(s->config->region)));
	json_object_set_new(o, "connected", json_boolean(server_is_up(st)));
	json_object_set_new(o, "trouble", text_json(st->err.code != ERR_NONE ? st->err.message : ""));
	json_object_set_new(o, "asterisk", text_json(st->facts.version));
	json_object_set_new(o, "uptimeSeconds", st->uptime_s < 0 ? json_null() : json_integer((json_int_t)st->uptime_s));
	json_object_set_new(o, "roundTripMs", ms_json(st->rtt_us));
	json_object_set_new(o, "eventLagMs", ms_json(st->lag_us));
	json_object_set_new(o, "clockMs", st->facts.clock_known ? json_real((double)st->facts.clock_us / 1000) : json_null());
	json_object_set_new(o, "events", json_integer((json_int_t)st->events));
	json_object_set_new(o, "framesRejected", json_integer((json_int_t)st->rejected));
	json_object_set_new(o, "mode", json_string(routes_mode_name(s->config->routes)));
	json_object_set_new(o, "routes", routes);
	json_object_set_new(o, "deletionsWaiting", json_integer((json_int_t)deletions_waiting(a->deletions, s->config->name)));
	json_object_set_new(o, "endpoints", endpoints);
	json_object_set_new(o, "registrations", registrations);
	return o;
}
