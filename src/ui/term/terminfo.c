#include "config.h"

#include "terminfo.h"

#include <string.h>
#include <unistd.h>

#include "curses_wide.h"
#include <term.h>

#include "trunkdeck/base/mem.h"

static const char *capability(const char *name)
{
	const char *value = tigetstr(name);

	return value == NULL || value == (const char *)-1 ? "" : value;
}

bool terminfo_is_known(const char *type)
{
	int status;

	if (setupterm(type, STDERR_FILENO, &status) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

bool terminfo_can_move(void)
{
	return *capability("cup") != '\0';
}

const char *terminfo_charset_reset(void)
{
	const char *reset = capability("sgr0");

	if (strstr(reset, "\033(B") != NULL)
		return "\033(B";
	return strchr(reset, '\017') != NULL ? "\017" : "";
}

void terminfo_append_reset(struct buf *to)
{
	static const char *const names[] = { "sgr0", "cnorm", "rmkx", "rmcup" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		for (const char *value = capability(names[i]), *end; *value != '\0';) {
			if (strncmp(value, "$<", 2) == 0 && (end = strchr(value, '>')) != NULL)
				value = end + 1;		/* padding, "$<5>": modern terminals need none */
			else
				buf_addc(to, *value++);
		}
	}
	buf_adds(to, "\r\n");
}
