/* Names and defaults of a server's configuration. */
#include "config.h"

#include "trunkdeck/ami/server.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

const struct ami_timing ami_timing_default = {
	.connect = 10000,
	.login = 10000,
	.ping_every = 5000,
	.ping_deadline = 5000,
	.retry_min = 500,
	.retry_max = 30000,
	.retry_refused = 10000,
	.resync_min = 2000,
	.verify_wait = 1500,
	.scan_silence = 3000,
	.scan = 10000,
	.endpoints_every = 60000,
};

static const char *const mode_names[] = {
	[ROUTES_NONE] = "none", [ROUTES_ASTDB] = "astdb", [ROUTES_ODBC] = "odbc",
};

const char *routes_mode_name(enum routes_mode m)
{
	return mode_names[m];
}

bool routes_mode_parse(const char *s, enum routes_mode *out)
{
	for (size_t i = 0; i < ARRAY_LEN(mode_names); i++) {
		if (strcmp(s, mode_names[i]) == 0) {
			*out = (enum routes_mode)i;
			return true;
		}
	}
	return false;
}

const char *server_agent_ca_file(const struct server_config *s)
{
	return s->routes == ROUTES_ODBC ? "" : s->agent_ca_file;
}

bool server_is_plain_off_loopback(const struct server_config *s)
{
	return !s->tls && !host_is_loopback(s->host);
}

bool server_clock_is_off(const struct server_facts *f)
{
	return f->clock_known && (f->clock_us > SERVER_CLOCK_WARN_US || f->clock_us < -SERVER_CLOCK_WARN_US);
}

int64_t server_clock_ahead_us(const struct server_facts *f)
{
	return f->clock_us > -500000 && f->clock_us < 500000 ? 0 : f->clock_us;
}

void server_clock_text(const struct server_facts *f, char to[SERVER_CLOCK_TEXT_SIZE])
{
	if (!f->clock_known)
		snprintf(to, SERVER_CLOCK_TEXT_SIZE, "%s", _("unknown"));
	else if (f->clock_us > -1000000 && f->clock_us < 1000000)
		snprintf(to, SERVER_CLOCK_TEXT_SIZE, _("%+lld ms"), (long long)(f->clock_us / 1000));
	else
		snprintf(to, SERVER_CLOCK_TEXT_SIZE, _("%+.1f s"), (double)f->clock_us / 1000000);
}

const char *link_state_text(enum link_state s)
{
	static const char *const texts[] = {
		[LINK_OFF] = N_("off"), [LINK_CONNECTING] = N_("connecting"), [LINK_LOGIN] = N_("logging in"),
		[LINK_UP] = N_("up"), [LINK_RETRY] = N_("retrying"),
		[LINK_UNUSED] = N_("not needed"),
	};

	return _(texts[s]);
}
