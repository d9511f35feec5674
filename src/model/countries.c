/*
 * data/countries.tsv as a trie over digits. A look-up takes one step per digit of the code (at most seven) and compares
 * no strings, because the call tracker looks up every call.
 *
 * The table is built at the first look-up, and is never changed or freed. A broken row is a build error: it ends the
 * program, and a test reads every row.
 */
#include "config.h"

#include "countries.h"

#include <pthread.h>
#include <string.h>

#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/mem.h"

#define NO_ROW (-1)

/* Node 0 is the root, so 0 means "no child". */
struct node {
	int child[10];
	int row;
};

static struct {
	pthread_once_t once;
	struct country *rows;
	size_t row_count;
	struct node *nodes;
	size_t node_count;
} table = { .once = PTHREAD_ONCE_INIT };

static int node_add(void)
{
	if (!(table.node_count & (table.node_count - 1)))
		table.nodes = xreallocarray(table.nodes, table.node_count ? 2 * table.node_count : 1,
					    sizeof(*table.nodes));
	table.nodes[table.node_count] = (struct node){ .row = NO_ROW };
	return (int)table.node_count++;
}

static void trie_add(const char *code, int row)
{
	int at = 0;

	for (; *code; code++) {
		unsigned digit = (unsigned)(*code - '0');
		int next;

		if (digit > 9)
			die("countries.tsv: '%s' is no code", code);
		next = table.nodes[at].child[digit];
		if (!next) {
			next = node_add();
			table.nodes[at].child[digit] = next;
		}
		at = next;
	}
	if (table.nodes[at].row != NO_ROW)
		die("countries.tsv: code %s is there twice", table.rows[row].code);
	table.nodes[at].row = row;
}

/* Reads the usual lengths: "11" or "9-12". */
static bool lengths_read(struct str text, struct country *c)
{
	const char *dash = memchr(text.p, '-', text.len);
	size_t len = dash ? (size_t)(dash - text.p) : text.len;
	int64_t min, max;

	if (!str_to_i64((struct str){ text.p, len }, &min))
		return false;
	max = min;
	if (dash && !str_to_i64((struct str){ dash + 1, text.len - len - 1 }, &max))
		return false;
	c->digits_min = (int)min;
	c->digits_max = (int)max;
	return 0 < min && min <= max && max < E164_MAX;
}

static struct str next_column(struct str *rest)
{
	const char *tab = memchr(rest->p, '\t', rest->len);
	struct str column = { rest->p, tab ? (size_t)(tab - rest->p) : rest->len };

	*rest = tab ? (struct str){ tab + 1, rest->len - column.len - 1 } : (struct str){ rest->p + rest->len, 0 };
	return column;
}

static void row_add(struct str line)
{
	struct str rest = line, code = next_column(&rest), iso = next_column(&rest), name = next_column(&rest);
	struct country *c = &table.rows[table.row_count];
	char region[8];

	str_copy(region, sizeof(region), next_column(&rest));
	if (!code.len || iso.len != 2 || !name.len || !region_parse(region, &c->region) || !lengths_read(rest, c))
		die("countries.tsv: bad row: %.*s", (int)line.len, line.p);
	str_copy(c->iso, sizeof(c->iso), iso);
	c->code = str_dup(code);
	c->name = str_dup(name);
	trie_add(c->code, (int)table.row_count++);
}

static void table_build(void)
{
	const struct embed_file *file = embed_find("countries.tsv");
	size_t lines = 0;

	if (!file)
		die("countries.tsv is not built in");
	for (const char *p = file->text; *p; p++)
		lines += *p == '\n';
	table.rows = xcalloc(lines + 1, sizeof(*table.rows));
	node_add();
	for (const char *p = file->text; *p;) {
		struct str line = { p, strcspn(p, "\n") };

		if (line.len && line.p[0] != '#')
			row_add(line);
		p += line.len + (p[line.len] == '\n');
	}
}

const struct country *country_of_digits(struct str digits)
{
	int at = 0, row = NO_ROW;

	pthread_once(&table.once, table_build);
	for (size_t i = 0; i < digits.len; i++) {
		unsigned digit = (unsigned)(digits.p[i] - '0');

		at = digit > 9 ? 0 : table.nodes[at].child[digit];
		if (!at)
			break;
		if (table.nodes[at].row != NO_ROW)
			row = table.nodes[at].row;
	}
	return row == NO_ROW ? NULL : &table.rows[row];
}

const struct country *country_rows(size_t *count)
{
	pthread_once(&table.once, table_build);
	*count = table.row_count;
	return table.rows;
}
