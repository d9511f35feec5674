/* The only file that knows every view. The frame gets the table. */
#include "config.h"

#include "views.h"

#include "ui/calls/calls.h"
#include "ui/deck/deck.h"
#include "ui/log/view.h"
#include "ui/metrics/figures.h"
#include "ui/servers/servers.h"

const struct view_ops *const ui_views[VIEW_COUNT] = {
	[VIEW_DECK] = &view_deck_ops,
	[VIEW_CALLS] = &view_calls_ops,
	[VIEW_METRICS] = &view_metrics_ops,
	[VIEW_SERVERS] = &view_servers_ops,
	[VIEW_LOG] = &view_log_ops,
};
