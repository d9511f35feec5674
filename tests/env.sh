# What every test is pinned to: locale, time zone, terminal, and a home of its own.
LC_ALL=C.UTF-8
TZ=UTC
TERM=xterm-256color
unset LANGUAGE LINES COLUMNS NO_COLOR ESCDELAY SSH_CONNECTION SUDO_USER
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
for name in $(env | sed -n 's/^\(TRUNKDECK_[A-Z_]*\)=.*/\1/p'); do
	case $name in TRUNKDECK_LAB*) ;; *) unset "$name" ;; esac
done
USER=tester
HOME=${TMPDIR:-/tmp}/trunkdeck-no-home
export LC_ALL TZ TERM USER HOME
