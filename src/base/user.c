#include "config.h"

#include "trunkdeck/base/user.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

enum { ENTRY_SIZE = 16384 };

/* Returns a copy of the name or of the home folder; NULL when the user database has no entry. */
static char *from_database(bool home)
{
	char buffer[ENTRY_SIZE];
	struct passwd pw, *found = NULL;

	if (getpwuid_r(getuid(), &pw, buffer, sizeof(buffer), &found) || !found)
		return NULL;
	return xstrdup(home ? pw.pw_dir : pw.pw_name);
}

char *user_name(void)
{
	char *name = from_database(false);

	return name ? name : xasprintf("uid %lu", (unsigned long)getuid());
}

char *user_home(void)
{
	const char *home = getenv("HOME");
	char *folder = home && home[0] == '/' ? xstrdup(home) : from_database(true);

	return folder ? folder : xstrdup("/");
}

char *user_xdg_folder(const char *variable)
{
	static const struct {
		const char *variable, *folder;
	} defaults[] = {
		{ "XDG_DATA_HOME", ".local/share" },
		{ "XDG_STATE_HOME", ".local/state" },
		{ "XDG_CONFIG_HOME", ".config" },
		{ "XDG_CACHE_HOME", ".cache" },
	};
	char *home, *folder = NULL;

	for (size_t i = 0; !folder && i < ARRAY_LEN(defaults); i++) {
		const char *dir = getenv(variable);

		if (strcmp(variable, defaults[i].variable))
			continue;
		if (dir && dir[0] == '/')
			return xstrdup(dir);
		home = user_home();
		folder = xasprintf("%s/%s", home, defaults[i].folder);
		free(home);
	}
	return folder;
}

char *user_expand_path(const char *path)
{
	size_t len = strcspn(path, "/");
	char *variable, *folder, *expanded;

	if (path[0] != '~' && path[0] != '$')
		return xstrdup(path);
	variable = xstrndup(path, len);
	if (!strcmp(variable, "~") || !strcmp(variable, "$HOME"))
		folder = user_home();
	else
		folder = variable[0] == '$' ? user_xdg_folder(variable + 1) : NULL;
	free(variable);
	expanded = folder ? xasprintf("%s%s", folder, path + len) : NULL;
	free(folder);
	return expanded;
}
