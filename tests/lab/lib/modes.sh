# The routes modes of servers, for cases that must work in each mode, and in two at once.

# mode_of SERVER: prints the mode that begin_modes set.
mode_of() { if [ "$1" = na-1 ]; then echo "$mode_na"; else echo "$mode_eu"; fi; }

# holds SERVER NUMBER AGENT: the route for a call, as read from Asterisk, leads to AGENT, which may be empty.
holds() {
	local held
	if [ "$(mode_of "$1")" = odbc ]; then
		held=$(ami "$1" trunkdeck-tail "Action: Getvar" "Variable: TRUNKDECK_ROUTE($2)" | sed -n 's/^Value: *\([^,]*\).*/\1/p')
	else
		held=$(agent_of "$1" "$2")
	fi
	[ "$held" = "$3" ]
}

# begin_modes MODE_OF_NA_1 MODE_OF_EU_1: sets up desk ann with a PostgreSQL store, and both servers with their modes.
begin_modes() {
	mode_na=$1 mode_eu=$2
	forget_routes
	check "PostgreSQL starts" inside start_postgres
	check "with a database" inside make_database
	make_desk ann $LAB_STORE
	configure ann "/server na-1/,/server eu-1/s/^routes = .*/routes = $1/;/server eu-1/,\$s/^routes = .*/routes = $2/"
	check "the store is made" furnish ann
	check "Asterisk may read it" inside let_asterisk_read
	check "na-1 uses $1" inside use_routes na-1 "$1"
	check "eu-1 uses $2" inside use_routes eu-1 "$2"
	check "both say so" eval "wait_for 5 na-1 inside global_is na-1 $1 && wait_for 5 eu-1 inside global_is eu-1 $2"
}

end_modes() {
	check "both use astdb again" eval "inside use_routes na-1 astdb && inside use_routes eu-1 astdb"
	check "PostgreSQL stops" inside stop_postgres
}
