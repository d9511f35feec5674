# A PostgreSQL inside the lab, for servers that read their routes over ODBC. All functions must run inside the lab.

LAB_PG_DATA=$LAB_RUN/mnt/postgresql

pg_bin() { ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1; }

# sql DATABASE STATEMENTS
sql() { "$(pg_bin)/psql" -qAtX -v ON_ERROR_STOP=1 -h 127.0.0.1 -U postgres -d "$1" -c "$2"; }

start_postgres() {
	cd /
	install -d -o postgres -m 700 "$LAB_PG_DATA"
	runuser -u postgres -- "$(pg_bin)/initdb" -D "$LAB_PG_DATA" --auth=trust --no-sync --locale=C -E UTF8 >"$LAB_RUN/initdb.log" 2>&1
	run_postgres
}

run_postgres() {
	cd /
	daemon "$LAB_RUN/postgresql.err" runuser -u postgres -- "$(pg_bin)/postgres" -D "$LAB_PG_DATA" \
		-k "$LAB_PG_DATA" -c listen_addresses=127.0.0.1 -c fsync=off
	wait_for 20 "PostgreSQL" sql postgres 'SELECT 1'
}

halt_postgres() {
	cd /
	runuser -u postgres -- "$(pg_bin)/pg_ctl" -D "$LAB_PG_DATA" -m immediate stop
}

# Its packets are lost from now on, or not any more.
lose_postgres() { nft 'add table ip lab; add chain ip lab in { type filter hook input priority 0; }; add rule ip lab in tcp dport 5432 drop'; }
find_postgres() { nft delete table ip lab; }

# signal_postgres STOP|CONT: it hangs, while its machine still answers for it.
signal_postgres() {
	local pid
	pid=$(head -n 1 "$LAB_PG_DATA/postmaster.pid") && kill "-$1" $pid $(pgrep -P "$pid")
}

stop_postgres() {
	halt_postgres
	rm -rf --one-file-system "$LAB_PG_DATA"
}

# The cases' store that Asterisk reads, too.
LAB_STORE=postgresql://postgres@127.0.0.1/lab

make_database() { sql postgres 'CREATE DATABASE lab'; }

# Adds the user of res_odbc.conf. The tables that it may read exist once the program has opened the store.
let_asterisk_read() {
	sql lab "CREATE ROLE lab_asterisk LOGIN PASSWORD '$LAB_SECRET';
		GRANT EXECUTE ON FUNCTION trunkdeck_call, trunkdeck_key TO lab_asterisk;
		GRANT SELECT ON trunkdeck_routes, trunkdeck_prefixes, trunkdeck_store TO lab_asterisk"
}

# use_routes SERVER astdb|odbc
use_routes() {
	LAB_ROUTES=$2
	install_files "$1" "$LAB_DATA/globals_trunkdeck.conf" "$LAB_DATA/res_odbc.conf" "$LAB_DATA/func_odbc.conf"
	fill "$1" <"$LAB_DATA/odbc.ini" >"$(server_root "$1")/etc/odbc.ini"
	asterisk_cli "$1" 'module reload res_odbc.so'
	asterisk_cli "$1" 'module reload func_odbc.so'
	asterisk_cli "$1" 'dialplan reload'
}

global_is() { says "$1" 'dialplan show globals' "TRUNKDECK_ROUTES=$2"; }
