#include "config.h"

#include "trunkdeck/calls/call_detail.h"

static const struct words {
	const char *name;
	const char *text;
} steps[] = {
#define STEP_ROW(id, name, text) { name, text },
	CALL_STEP_TABLE(STEP_ROW)
#undef STEP_ROW
}, roles[] = {
#define ROLE_ROW(id, name, text) { name, text },
	CALL_ROLE_TABLE(ROLE_ROW)
#undef ROLE_ROW
};

const char *call_step_name(enum call_step_kind k)
{
	return steps[k].name;
}

const char *call_step_text(enum call_step_kind k)
{
	return _(steps[k].text);
}

const char *call_role_name(enum call_role r)
{
	return roles[r].name;
}

const char *call_role_text(enum call_role r)
{
	return _(roles[r].text);
}

const char *call_leg_state_text(const struct call_leg *l)
{
	if (l->left_us)
		return _("gone");
	if (l->held)
		return _("on hold");
	if (l->connected || (l->role == LEG_TRUNK && l->up_us))
		return _("connected");
	return l->up_us ? _("up") : _("ringing");
}
