/* The statistics page: frames, bytes and times on this terminal. */
#include "config.h"

#include <stdlib.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mailbox.h"
#include "ui_private.h"

static void add_row(struct buf *to, const char *label, unsigned long long value, const char *unit)
{
	buf_addf(to, "%-28s %12llu %s\n", label, value, unit);
}

void stats_open(struct ui *ui)
{
	struct term_stats s;
	struct buf text;

	term_get_stats(ui->term, &s);
	buf_init(&text, BUF_UNBOUNDED);
	add_row(&text, _("Frames"), s.frames, "");
	add_row(&text, _("Writes"), s.writes, "");
	add_row(&text, _("Bytes, all frames"), s.bytes, "");
	add_row(&text, _("Bytes, last frame"), s.last_bytes, "");
	add_row(&text, _("Bytes, largest frame"), s.max_bytes, "");
	add_row(&text, _("Building the last frame"), (unsigned long long)s.last_build_us, _("us"));
	add_row(&text, _("Sending the last frame"), (unsigned long long)s.last_flush_us, _("us"));
	add_row(&text, _("Events coalesced"), mailbox_coalesced(ui->app->inbox), "");
	add_row(&text, _("Events dropped"), mailbox_dropped(ui->app->inbox), "");
	text_open(ui, _("Statistics"), text.p);
	buf_clear(&text);
}
