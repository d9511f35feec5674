#include "config.h"

#include "trunkdeck/calls/event.h"

void call_event_init(struct call_event *e, enum event_kind kind, int64_t at_us)
{
	*e = (struct call_event){
		.kind = kind,
		.at_us = at_us,
		.leg.state = -1,
		.dest.state = -1,
		.cause = -1,
		.tech_cause = -1,
		.uptime_s = -1,
	};
}
