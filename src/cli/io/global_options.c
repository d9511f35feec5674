#include "config.h"

#include "global_options.h"

#include <stddef.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

const struct global_option cli_global_options[] = {
	{ "--config", GLOBAL_CONFIG, NULL, NULL, N_("FILE"), N_("read this configuration file") },
	{ "--store", GLOBAL_STORE, "store.url", NULL, N_("URL"), N_("sqlite:PATH or postgresql://...") },
	{ "--read-only", GLOBAL_READ_ONLY, "store.read_only", "yes", NULL, N_("look, but change nothing") },
	{ "--color", GLOBAL_COLOR, "screen.color", NULL, N_("WHEN"), N_("auto, always or never") },
	{ "--ascii", GLOBAL_ASCII, "screen.ascii", "yes", NULL, N_("draw with ASCII only") },
	{ "--mouse", GLOBAL_MOUSE, "screen.mouse", "yes", NULL, N_("use the mouse") },
	{ "--demo", GLOBAL_DEMO, NULL, NULL, NULL, N_("open a demonstration workspace") },
	{ "--script", GLOBAL_SCRIPT, NULL, NULL, N_("FILE"), N_("run the screen from a script, without a terminal") },
	{ "--size", GLOBAL_SIZE, NULL, NULL, N_("COLSxROWS"), N_("size of the screen of a script") },
	{ "--format", GLOBAL_FORMAT, NULL, NULL, "table|json|csv", N_("how batch commands print") },
	{ "--json", GLOBAL_JSON, NULL, NULL, NULL, N_("the same as --format json") },
	{ "--help", GLOBAL_HELP, NULL, NULL, NULL, N_("show this help") },
	{ "--version", GLOBAL_VERSION, NULL, NULL, NULL, N_("show the version") },
	{ 0 },
};

_Static_assert(ARRAY_LEN(cli_global_options) <= GLOBAL_OPTIONS_MAX, "GLOBAL_OPTIONS_MAX is too small");
