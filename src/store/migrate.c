/*
 * The schema and its versions: data/sql/DRIVER/NNNN_name.sql, applied in order, in one transaction.
 *
 * schema_version has one row, and a migration locks it. If two programs start at once, one migrates, and the other one
 * then finds the schema up to date. This is a row lock, because not every PostgreSQL-compatible engine has advisory
 * locks. A newer schema is refused before anything else is read. The workspace's row is made in the same transaction,
 * as the first change. It gets a random id, which marks the servers that the workspace owns.
 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "derived.h"
#include "private.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/model/json_text.h"

enum { NUMBER_DIGITS = 4, ID_BYTES = 16 };

/* The number of a migration for this driver; 0 for any other file. */
static int64_t migration_number(const struct db *db, const struct embed_file *f)
{
	const char *folder = db->driver->migrations;
	int64_t number = 0;

	if (strncmp(f->name, folder, strlen(folder)))
		return 0;
	str_to_i64((struct str){ f->name + strlen(folder), NUMBER_DIGITS }, &number);
	return number;
}

static int64_t latest_version(const struct db *db)
{
	int64_t latest = 0, number;

	for (const struct embed_file *f = embed_files; f->name; f++) {
		number = migration_number(db, f);
		if (number > latest)
			latest = number;
	}
	return latest;
}

/* Applies the migrations in the order of their numbers. The files may be in any order. */
static bool apply_from(struct db *db, int64_t version, int64_t latest, struct err *e)
{
	while (++version <= latest)
		for (const struct embed_file *f = embed_files; f->name; f++)
			if (migration_number(db, f) == version && !db_script(db, f->text, e))
				return false;
	return true;
}

static bool refuse_newer(const struct db *db, int64_t version, int64_t latest, struct err *e)
{
	if (version <= latest)
		return true;
	return err_set(e, ERR_STORE_NEWER, _("%s has schema %" PRId64 ", this program knows %" PRId64
					     ": install the newer program"), db->name, version, latest);
}

/* Sets *version to 0 when there is no schema yet. */
static bool current_version(struct db *db, int64_t *version, struct err *e)
{
	int64_t there;

	*version = 0;
	if (!db_query_int(db, db->driver->has_schema, NULL, 0, 0, &there, e))
		return false;
	return !there || db_query_int(db, "SELECT version FROM td.schema_version", NULL, 0, 0, version, e);
}

/* --- the workspace --- */

static char *random_id(void)
{
	unsigned char bytes[ID_BYTES];
	struct buf hex;

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		die("no random numbers");
	buf_init(&hex, BUF_UNBOUNDED);
	for (size_t i = 0; i < sizeof(bytes); i++)
		buf_addf(&hex, "%02x", bytes[i]);
	return buf_take(&hex);
}

static bool insert_workspace(struct store *s, const struct record *r, struct err *e)
{
	struct db_params p;
	struct change c = { .id = 1, .at = clock_wall_us(s->clock), .actor = s->actor, .action = (char *)"add",
			    .entity = ENTITY_WORKSPACE, .key = r->workspace.id, .before = (char *)"" };
	json_t *json = record_to_json(r);
	bool ok;

	record_to_params(&p, r);
	ok = db_post(s->db, s->tables.of[ENTITY_WORKSPACE].insert, p.values, p.n, e);
	c.after = json_text(json, 0);
	json_decref(json);
	change_to_params(&p, &c);
	ok = ok && db_post(s->db, s->tables.insert_change, p.values, p.n, e) &&
	     db_post(s->db, "UPDATE td.workspace SET last_change = 1", NULL, 0, e);
	free(c.after);
	return ok;
}

static bool make_workspace(struct store *s, struct err *e)
{
	struct record r;
	int64_t there;
	bool ok;

	if (!db_query_int(s->db, "SELECT count(*) FROM td.workspace", NULL, 0, 0, &there, e))
		return false;
	if (there)
		return true;
	record_init(&r, ENTITY_WORKSPACE);
	free(r.workspace.id);
	r.workspace.id = random_id();
	ok = insert_workspace(s, &r, e);
	record_clear(&r);
	return ok;
}

/* --- migrating --- */

/* If two programs create the table at once, the database may fail one of them although the table then exists. */
static bool make_version_table(struct db *db, struct err *e)
{
	struct err first;
	int64_t there;

	if (db_script(db, "CREATE TABLE IF NOT EXISTS td.schema_version "
			  "(one INTEGER NOT NULL PRIMARY KEY, version BIGINT NOT NULL)", &first))
		return true;
	if (db->driver->is_connected(db) &&
	    db_query_int(db, db->driver->has_schema, NULL, 0, 0, &there, e) && there)
		return true;
	if (e)
		*e = first;
	return false;
}

static bool lock_version(struct db *db, int64_t *version, struct err *e)
{
	char *sql = xasprintf("SELECT version FROM td.schema_version%s", db->driver->for_update);
	bool ok = db_post(db, "INSERT INTO td.schema_version (one, version) VALUES (1, 0) ON CONFLICT (one) DO NOTHING",
			  NULL, 0, e) &&
		  db_query_int(db, sql, NULL, 0, 0, version, e);

	free(sql);
	return ok;
}

static bool migrate_locked(struct store *s, int64_t latest, struct err *e)
{
	struct db_params p = { 0 };
	int64_t version;

	db_param_int(&p, latest);
	return lock_version(s->db, &version, e) && refuse_newer(s->db, version, latest, e) &&
	       apply_from(s->db, version, latest, e) && derived_fill(s, e) &&
	       db_post(s->db, "UPDATE td.schema_version SET version = $1", p.values, p.n, e) && make_workspace(s, e) &&
	       db_commit(s->db, e);
}

/* An empty embedded store is migrated without being asked. For any other store, the caller must have asked for it. */
bool store_migrate(struct store *s, struct err *e)
{
	int64_t latest = latest_version(s->db), version;

	if (!current_version(s->db, &version, e) || !refuse_newer(s->db, version, latest, e))
		return false;
	if (version == latest)
		return true;
	if (s->read_only)
		return err_set(e, ERR_READ_ONLY, version ? _("%s must be brought up to date first: run 'trunkdeck store migrate'") :
			       _("%s holds no workspace yet: run 'trunkdeck init'"), s->db->name);
	if (version ? !s->migrates : !s->creates && !s->db->driver->embedded)
		return err_set(e, ERR_STORE_OLDER, version ?
			       _("%s has schema %" PRId64 ", this program needs %" PRId64 ": run 'trunkdeck store migrate'") :
			       _("%s holds no workspace yet: run 'trunkdeck init'"), s->db->name, version, latest);
	if (version == 0 && s->db->encoding)
		return err_set(e, ERR_CONFIG, _("%s has the encoding %s: make a database with ENCODING 'UTF8'"), s->db->name,
			       s->db->encoding);
	if (!make_version_table(s->db, e) || !db_begin(s->db, DB_WRITE, e))
		return false;
	if (migrate_locked(s, latest, e))
		return true;
	db_rollback(s->db);
	return false;
}
