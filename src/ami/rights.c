/* The table of actions and their classes. */
#include "config.h"

#include "trunkdeck/ami/rights.h"

#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

static const struct { const char *action, *right; } rights[] = {
	{ "CoreSettings", "reporting" },
	{ "CoreShowChannels", "reporting" },
	{ "DBGet", "reporting" },
	{ "DBGetTree", "reporting" },
	{ "DBPut", "system" },
	{ "DBDel", "system" },
	{ "Getvar", "reporting" },
	{ "ShowDialPlan", "reporting" },
	{ "PJSIPShowEndpoint", "system" },
	{ "PJSIPShowEndpoints", "system" },
	{ "PJSIPShowRegistrationsOutbound", "reporting" },
	{ "Hangup", "call" },
	{ "Originate", "originate" },
};

const char *ami_right_of(const char *action)
{
	for (size_t i = 0; i < ARRAY_LEN(rights); i++)
		if (strcmp(rights[i].action, action) == 0)
			return rights[i].right;
	return NULL;
}

char *ami_right_line(const char *user, const char *wanted)
{
	return xasprintf(_("manager.conf, [%s]: add '%s' to write, then 'manager reload'"), user, wanted);
}

bool ami_is_denied(struct str message)
{
	return str_eq_nocase(message, STR("Permission denied"));
}
