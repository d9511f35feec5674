# The two Asterisks. Each has a root overlaid on the cached tree, an address, files and a certificate.

server_root() { echo "$LAB_RUN/mnt/$1/root"; }

# Must run inside the lab.
mount_server() {
	local base=$LAB_RUN/mnt/$1 tree
	tree=$(root_tree)
	mkdir -p "$base/upper" "$base/work" "$base/root"
	if ! mount -t overlay -o "lowerdir=$tree,upperdir=$base/upper,workdir=$base/work" lab "$base/root" 2>/dev/null; then
		say "$1: no overlay here, copying the tree"
		cp -a "$tree/." "$base/root/"
	fi
	mount -t proc proc "$base/root/proc"
}

# fill SERVER: copies a template from stdin to stdout with its @NAMES@ filled in.
fill() {
	local rtp=10000
	[ "$1" = na-1 ] || rtp=15000
	sed -e "s|@ADDRESS@|$(address_of "$1")|g" -e "s|@SYSTEMNAME@|$1|g" \
		-e "s|@TWILIO@|$(address_of twilio)|g" -e "s|@PEOPLEFONE@|$(address_of peoplefone)|g" \
		-e "s|@AGENT_HOST@|$LAB_AGENT_HOST|g" -e "s|@RTP_START@|$rtp|g" -e "s|@RTP_END@|$((rtp + 4999))|g" \
		-e "s|@SECRET@|$LAB_SECRET|g" -e "s|@TAIL_SECRET@|$LAB_SECRET|g" -e "s|@CTL_SECRET@|$LAB_SECRET|g" \
		-e "s|@PERMIT@|127.0.0.0/255.0.0.0|g" -e "s|@WRITE@|${LAB_WRITE:-system,reporting}|g" -e "s|@USER@|trunkdeck|g" \
		-e "s|@ROUTES@|${LAB_ROUTES:-astdb}|g" -e "s|@TIMEOUT@|4|g" -e "s|@CACHE_HOURS@|24|g" -e "s|@REGION@|${1%-*}|g" \
		-e "s|@DB_USER@|lab_asterisk|g" -e "s|@DB_PASSWORD@|$LAB_SECRET|g" -e "s|@DB_HOST@|127.0.0.1|g" \
		-e "s|@DB_PORT@|5432|g" -e "s|@DB_NAME@|lab|g" -e "s|@DB_SSLMODE@|disable|g"
}

# install_files SERVER FILE...: installs them filled in below its /etc/asterisk.
install_files() {
	local server=$1 etc file
	etc=$(server_root "$1")/etc/asterisk
	shift
	for file in "$@"; do
		fill "$server" <"$file" >"$etc/${file##*/}"
		! grep -nE '@[A-Z_]+@' "$etc/${file##*/}" || die "$file holds a placeholder the lab does not fill"
		chmod 644 "$etc/${file##*/}"
	done
}

make_authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=trunkdeck lab" \
		-keyout "$LAB_RUN/ca.key" -out "$LAB_RUN/ca.pem" 2>>"$LAB_RUN/openssl.log"
}

make_certificate() {
	local keys
	keys=$(server_root "$1")/etc/asterisk/keys
	mkdir -p "$keys"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
		-keyout "$keys/server.key" -out "$keys/server.csr" 2>>"$LAB_RUN/openssl.log"
	openssl x509 -req -in "$keys/server.csr" -CA "$LAB_RUN/ca.pem" -CAkey "$LAB_RUN/ca.key" -days 30 \
		-extfile <(echo "subjectAltName=IP:$(address_of "$1")") -out "$keys/server.pem" 2>>"$LAB_RUN/openssl.log"
	chroot "$(server_root "$1")" chown -R asterisk:asterisk /etc/asterisk/keys
}

install_configuration() {
	install_files "$1" "$LAB_DIR"/asterisk/*.conf "$LAB_DATA"/extensions_trunkdeck.conf \
		"$LAB_DATA"/globals_trunkdeck.conf "$LAB_DATA"/manager_trunkdeck.conf \
		"$LAB_DATA"/manager_trunkdeck_split.conf "$LAB_DATA"/cdr_manager.conf "$LAB_DATA"/sorcery_trunkdeck.conf
}

# Must run inside the lab.
prepare_server() {
	mount_server "$1"
	install_configuration "$1"
	make_certificate "$1"
	chroot "$(server_root "$1")" install -d -o asterisk -g asterisk /run/asterisk
}

# Without a network card Asterisk prints a warning before every answer.
asterisk_cli() {
	chroot "$(server_root "$1")" /usr/sbin/asterisk -rx "$2" </dev/null | sed '1{/^No ethernet interface/d}'
}

# Prints the server's process id inside the lab; false if it does not run. Must run inside the lab.
server_process() {
	local pid
	pid=$(cat "$(server_root "$1")/run/asterisk/asterisk.pid" 2>/dev/null) &&
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = asterisk ] && echo "$pid"
}

# cpu_of SERVER: milliseconds of processor time so far. Must run inside the lab.
cpu_of() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' "/proc/$(server_process "$1")/stat"; }

server_stopped() { ! server_process "$1"; }

# Must run inside the lab. Where LAB_CLOCK is a time ("2026-12-24 08:00:00", UTC), the server lives at that time, which stands still.
launch_server() {
	local clock=()
	! server_process "$1" >/dev/null || die "$1 runs already"
	if [ -n "${LAB_CLOCK:-}" ]; then
		cp "$(dpkg -L libfaketime | grep 'libfaketimeMT\.so')" "$(server_root "$1")/usr/lib/"
		clock=(env TZ=UTC LD_PRELOAD=/usr/lib/libfaketimeMT.so.1 "FAKETIME=$LAB_CLOCK" FAKETIME_DONT_FAKE_MONOTONIC=1)
	fi
	daemon "$LAB_RUN/$1.console" chroot "$(server_root "$1")" "${clock[@]}" /usr/sbin/asterisk -f -U asterisk -G asterisk
}

# Must run inside the lab. restart_server SERVER: stops it in order, so that it keeps its database, and starts it.
restart_server() {
	asterisk_cli "$1" 'core stop now' >/dev/null
	wait_for 20 "$1 to be stopped" server_stopped "$1" && start_server "$1"
}

server_booted() { asterisk_cli "$1" 'core waitfullybooted' | grep -q 'fully booted'; }

server_uptime() { asterisk_cli "$1" 'core show uptime' 2>/dev/null | sed -n 's/^System uptime: /up /p' | grep .; }

# Must run inside the lab.
await_server() { wait_for 60 "$1 to be booted" server_booted "$1"; }

start_server() {
	launch_server "$1"
	await_server "$1"
}

# signal_server NAME SIGNAL: STOP hangs the server, CONT continues it. Must run inside the lab.
signal_server() {
	local pid
	pid=$(server_process "$1") && kill "-$2" "$pid"
}

# Must run inside the lab.
kill_server() {
	local pid
	pid=$(server_process "$1") || die "$1 does not run"
	kill -KILL "$pid"
	wait_for 10 "$1 to be gone" server_stopped "$1"
}

# Copies the servers' logs from the tmpfs, so that they are kept after the lab has ended.
keep_logs() {
	local server
	for server in $LAB_SERVERS; do
		cp "$(inside_path "$(server_root "$server")")/var/log/asterisk/messages.log" "$LAB_RUN/$server.log" 2>/dev/null || :
	done
}

# astdb_file_key SERVER KEY: prints the key from the database's file, which is up to a second behind Asterisk's answers.
astdb_file_key() {
	"$LAB_PYTHON" - "$(server_root "$1")/var/lib/asterisk/astdb.sqlite3" "$2" <<'END'
import sqlite3, sys
db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
print(*(db.execute("SELECT value FROM astdb WHERE key = ?", sys.argv[2:]).fetchone() or ("",)))
END
}

# ami SERVER USER LINES...: sends one action and prints the answer.
ami() {
	local server=$1 user=$2
	shift 2
	AMI_SECRET=$LAB_SECRET enter "$LAB_PYTHON" "$LAB_DIR/ami.py" "$(address_of "$server")" "$user" send "$@"
}

db_put() { ami "$1" trunkdeck-ctl "Action: DBPut" "Family: $2" "Key: $3" "Val: $4" >/dev/null; }

db_del() { ami "$1" trunkdeck-ctl "Action: DBDel" "Family: $2" "Key: $3" >/dev/null; }

db_get() { ami "$1" trunkdeck-ctl "Action: DBGet" "Family: $2" "Key: $3" | sed -n 's/^Val: //p' | grep .; }
# The agent in a number's key, and the dial string in an agent's, of either form (routes/desired.h).
agent_of() { db_get "$1" trunkdeck "$2" | sed -E 's/^3,([^,]*,){5}([^,]*),.*/\2/'; }
dial_of() { db_get "$1" trunkdeckagent "$2" | sed -E 's/^3,([^,]*,){3}//'; }

# lab_config [FILE [STORE_URL]]: writes a configuration of the program for this lab, prints its path.
lab_config() {
	local file=${1:-$LAB_RUN/trunkdeck.conf}
	(umask 077 && cat >"$file" <<END)
[store]
url = ${2:-sqlite:$LAB_RUN/lab.db}

[server na-1]
region = na
host = $(address_of na-1)
port = 5038
tls = no
user = trunkdeck
secret = $LAB_SECRET
routes = astdb

[server eu-1]
region = eu
host = $(address_of eu-1)
port = 5039
tls = yes
ca_file = $LAB_RUN/ca.pem
user = trunkdeck
secret = $LAB_SECRET
routes = astdb
END
	echo "$file"
}
