# Loads: cases/4?_load_*.sh. 'lab test' runs them at a tenth of their size or less, 'lab load' in full, with all figures.

# size FULL TENTH
size() { if [ "${LAB_LOAD:-}" = full ]; then echo "$1"; else echo "$2"; fi; }

# load DESK WHAT OPTION...: load.py in the desk's environment.
load() {
	local dir
	dir=$(desk_dir "$1")
	at_desk "$1" PYTHONDONTWRITEBYTECODE=1 AMI_SECRET=$LAB_SECRET "$LAB_PYTHON" "$LAB_DIR/load.py" "$2" "${@:3}" --dir "$dir" --log "$LAB_RUN/agents.log" -- \
		"$TRUNKDECK" --config "$dir/config"
}

# furnish_load DESK: a workspace with a provider and the agent url.
furnish_load() {
	deck "$1" init --name lab --plan enterprise &&
		deck "$1" provider add Twilio --sip-domain pstn.twilio.com --endpoint twilio --region na &&
		deck "$1" agent add url --title 'By URL' --url-file - <<<"ws://$LAB_AGENT_HOST:8787/support"
}
