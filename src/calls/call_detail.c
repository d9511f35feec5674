#include "config.h"

#include "trunkdeck/calls/call_detail.h"

WORDS_DEFINE(call_step, enum call_step_kind, CALL_STEP_TABLE)
WORDS_DEFINE(call_role, enum call_role, CALL_ROLE_TABLE)

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
