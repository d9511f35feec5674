#include "config.h"

#include "trunkdeck/routes/dialplan.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/embed.h"

#define FILE_NAME "asterisk/extensions_trunkdeck.conf"
#define IN_FILE "\n[" DIALPLAN_VERSION_CONTEXT "]\nexten => "
#define DIGITS_MAX 9

static int parse(struct str digits)
{
	int n = 0;

	if (digits.len > DIGITS_MAX)
		return 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return 0;
		n = 10 * n + digits.p[i] - '0';
	}
	return n;
}

int dialplan_version(void)
{
	const char *at = strstr(embed_find(FILE_NAME)->text, IN_FILE);

	if (!at)
		return 0;
	at += strlen(IN_FILE);
	return parse((struct str){ at, strspn(at, "0123456789") });
}

int dialplan_version_told(const struct ami_frame *f)
{
	if (f->reject || !str_eq_nocase(ami_get(f, AMI_KEY_CONTEXT), STR(DIALPLAN_VERSION_CONTEXT)))
		return 0;
	return parse(ami_get(f, AMI_KEY_EXTENSION));
}
