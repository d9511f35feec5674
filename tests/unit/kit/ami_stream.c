#include "config.h"

#include "ami_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/ami/event.h"
#include "trunkdeck/base/mem.h"

static void on_frame(void *arg, const struct ami_frame *f)
{
	struct stream *s = arg;
	static const char *const kinds[] = { "banner", "event", "response" };
	struct str name = f->count ? f->headers[0].value : f->bytes;

	if (f->reject != AMI_ACCEPTED)
		buf_addf(&s->log, "rejected %s\n", ami_reject_name(f->reject));
	else
		buf_addf(&s->log, "%s %.*s %zu\n", kinds[f->kind], (int)name.len, name.p, f->count);
	buf_addf(&s->whole, "%d %d %u\n", f->kind, f->reject, f->blocks);
	for (size_t i = 0; i < f->count; i++)
		buf_addf(&s->whole, "%d [%.*s] [%.*s]\n", f->headers[i].id, (int)f->headers[i].key.len,
			 f->headers[i].key.p, (int)f->headers[i].value.len, f->headers[i].value.p);
	if (s->on_event && f->kind == AMI_EVENT) {
		struct call_event e;

		ami_event_decode(&e, f, 0);
		s->on_event(s->arg, &e);
	}
}

void stream_init(struct stream *s, bool banner)
{
	*s = (struct stream){ .parser = ami_parser_new(banner, on_frame, s) };
	buf_init(&s->log, BUF_UNBOUNDED);
	buf_init(&s->whole, BUF_UNBOUNDED);
}

void stream_clear(struct stream *s)
{
	ami_parser_free(&s->parser);
	buf_clear(&s->log);
	buf_clear(&s->whole);
}

void stream_feed(struct stream *s, const char *text)
{
	ami_parser_feed(s->parser, text, strlen(text));
}

const char *stream_run(struct stream *s, const char *text)
{
	buf_reset(&s->log);
	stream_feed(s, text);
	ami_parser_idle(s->parser);
	return s->log.p;
}

void add_block(struct buf *b, const char *prefix, const struct caller *c)
{
	const char *const fields[][2] = {
		{ "Channel", c->channel }, { "ChannelState", "6" }, { "ChannelStateDesc", "Up" },
		{ "CallerIDNum", c->number }, { "CallerIDName", "<unknown>" }, { "ConnectedLineNum", c->connected },
		{ "ConnectedLineName", "<unknown>" }, { "Language", "en" }, { "AccountCode", "" },
		{ "Context", "from-trunk" }, { "Exten", c->exten }, { "Priority", "1" },
		{ "Uniqueid", c->uniqueid }, { "Linkedid", c->uniqueid },
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		buf_addf(b, "%s%s: %s\r\n", prefix, fields[i][0], fields[i][1]);
}

void add_event(struct buf *b, const char *name, const struct caller *c, const char *more)
{
	buf_addf(b, "Event: %s\r\nPrivilege: call,all\r\nTimestamp: 1795341781.812617\r\n", name);
	add_block(b, "", c);
	buf_addf(b, "%s\r\n", more);
}

char *source_path(const char *path)
{
	const char *top = getenv("abs_srcdir");

	if (!top)
		top = getenv("srcdir");
	return xasprintf("%s/%s", top ? top : ".", path);
}

char *read_whole(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	struct buf b;
	char piece[65536];
	size_t n;

	if (!file)
		die("%s can't be read", path);
	buf_init(&b, BUF_UNBOUNDED);
	while ((n = fread(piece, 1, sizeof(piece), file)))
		buf_add(&b, piece, n);
	fclose(file);
	*len = b.len;
	return b.p;
}
