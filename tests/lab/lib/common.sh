# Paths, messages and waiting: what every part of the lab uses. Sourced by ../lab.

LAB_SRC=$(cd "$LAB_DIR/../.." && pwd)
LAB_DATA=$LAB_SRC/data/asterisk
LAB_CACHE=${TRUNKDECK_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/trunkdeck/lab}
LAB_RUN=${TRUNKDECK_LAB_RUN:-/run/trunkdeck-lab}
LAB_CACHE=$(realpath -m "$LAB_CACHE")
LAB_RUN=$(realpath -m "$LAB_RUN")
export TRUNKDECK_LAB_CACHE=$LAB_CACHE TRUNKDECK_LAB_RUN=$LAB_RUN

LAB_PYTHON=/usr/bin/python3
LAB_SECRET=lab-secret

LAB_SERVERS="na-1 eu-1"
LAB_PROVIDERS="twilio peoplefone"
LAB_AGENT_HOST=127.0.0.31

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
	say "$*"
	exit 1
}

# Prints the address of a server or a provider; prints an address unchanged.
address_of() {
	case $1 in
	na-1) echo 127.0.0.11 ;;
	eu-1) echo 127.0.0.12 ;;
	twilio) echo 127.0.0.21 ;;
	peoplefone) echo 127.0.0.22 ;;
	[0-9]*.[0-9]*.[0-9]*.[0-9]*) echo "$1" ;;
	*) die "no server or provider is called '$1' (servers: $LAB_SERVERS; providers: $LAB_PROVIDERS)" ;;
	esac
}

need_server() {
	case " $LAB_SERVERS " in
	*" $1 "*) ;;
	*) die "no server is called '$1' (servers: $LAB_SERVERS)" ;;
	esac
}

# wait_for SECONDS WHAT COMMAND...: polls until COMMAND succeeds; false, with a message, when it never did.
wait_for() {
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= deadline)); then
			say "gave up waiting: $what"
			return 1
		fi
		sleep 0.05
	done
}
