# README.md's "A first number", as printed: its command blocks run in order on na-1, which first gets the files of a
# site without trunkdeck. The commands see na-1's /etc/asterisk; `sudo` and `asterisk` are replaced. The Expect lines
# are checked too, and at the end a caller calls.

need_program
number=+14155550101
desk=$(desk_dir readme)

# write_blocks: writes the section's command blocks to $desk/block.N, its Expect line to $desk/expected.
write_blocks() {
	awk -v to="$desk/block." '
		/^## / { here = /A first number/ }
		here && /^ *```/ { code = !code; n += code; next }
		here && code { sub(/^   /, ""); print >(to n) }' "$LAB_SRC/README.md" &&
		sed -n 's/^ *Expect `\(+[^`]*\)`\.$/\1/p' "$LAB_SRC/README.md" >"$desk/expected" && [ -s "$desk/expected" ]
}

write_stand_ins() {
	local root
	root=$(server_root na-1)
	mkdir "$desk/bin" && ln -s "$TRUNKDECK" "$desk/bin/trunkdeck" &&
		printf '#!/bin/sh\nexec "$@"\n' >"$desk/bin/sudo" &&
		printf '#!/bin/sh\nexec chroot %s /usr/sbin/asterisk "$@"\n' "$root" >"$desk/bin/asterisk" &&
		chmod 755 "$desk/bin/sudo" "$desk/bin/asterisk" &&
		cat >"$desk/run" <<-END
			# A copy of /etc with the server's files in it, in a mount namespace of its own.
			set -e
			[ -d $LAB_RUN/mnt/readme ] || { mkdir $LAB_RUN/mnt/readme; cp -a /etc/. $LAB_RUN/mnt/readme; }
			mkdir -p $LAB_RUN/mnt/readme/asterisk
			sed -i '/^asterisk:/d' $LAB_RUN/mnt/readme/group
			grep '^asterisk:' $root/etc/group >>$LAB_RUN/mnt/readme/group
			mount --bind $LAB_RUN/mnt/readme /etc
			mount --bind $root/etc/asterisk /etc/asterisk
			cd "\$HOME"
			exec bash -eo pipefail "\$1"
		END
}

# at_site COMMAND...: runs it as the reader of the README would.
at_site() {
	enter env -i PATH="$desk/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$desk" LANG=C.UTF-8 TZ=UTC \
		${ASAN_OPTIONS+ASAN_OPTIONS="$ASAN_OPTIONS"} "$@"
}

run_block() { at_site unshare --mount bash "$desk/run" "$desk/block.$1"; }

# The site has AMI, the provider's endpoint, and its own context.
become_site() {
	local etc
	etc=$(inside_path "$(server_root na-1)")/etc/asterisk
	rm -f "$etc"/*trunkdeck*.conf "$etc/cdr_manager.conf" &&
		printf '[general]\nenabled = yes\nbindaddr = 127.0.0.1\n' >"$etc/manager.conf" &&
		printf '[globals]\n\n[from-trunk]\nexten => _X.,1,Hangup()\n' >"$etc/extensions.conf" &&
		sed -i 's/^context = .*/context = from-trunk/' "$etc/pjsip.conf" &&
		inside asterisk_cli na-1 'core reload'
}

set_context() {
	sed -i 's/^context = .*/context = trunkdeck-in/' "$(inside_path "$(server_root na-1)")/etc/asterisk/pjsip.conf" &&
		inside asterisk_cli na-1 'module reload res_pjsip.so'
}

agent_listens() { enter ss -Hltn src 127.0.0.1 | grep -q :9092; }

says_expected() { run_block 4 | tee "$desk/sync" && grep -qF "$(cat "$desk/expected")" "$desk/sync"; }

# The last block ends with the command that opens the screen.
run_doctor() { sed -i '/^trunkdeck$/d' "$desk/block.5" && run_block 5; }

open_site_screen() {
	desk_tmux readme new-session -d -x 80 -y 24 \
		env -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_STATE_HOME "$TRUNKDECK" && screen_shows readme '1 Deck'
}

forget_routes
make_desk readme
rm "$desk/config"
inside daemon "$LAB_RUN/readme-agent.err" "$LAB_PYTHON" "$LAB_DIR/agents.py" --host 127.0.0.1 --log "$LAB_RUN/readme-agent.log"
check "an agent listens on this machine" wait_for 10 "the agent" agent_listens
check "the README has its five blocks of commands" eval "write_blocks && test -s $desk/block.5 && ! test -e $desk/block.6"
check "na-1 becomes a site of its own" eval "become_site && write_stand_ins"
check "1: the server is named, the workspace made" run_block 1
check "2: dialplan, AMI user and CDR mapping are put in place" run_block 2
check "2: Asterisk is told" run_block 3
check "3: provider, agent and number are added, and the route is as expected" says_expected
check "the doctor finds the context that was not set" eval "run_doctor | tee $desk/doctor; grep 'calls of twilio arrive in context' $desk/doctor"
check "2: the endpoint's context is set" set_context
check "4: the doctor finds nothing wrong" eval "run_doctor | grep ' 0 wrong'"
check "4: the screen opens" open_site_screen
check "4: with the server" screen_shows readme 'pbx1 ok'
begin_call held $number --from +14155550200
check "4: a call is shown" screen_shows readme +14155550200 talking
end_calls na-1
check "4: it was answered" call_ended held 200
check "by the agent" grep -q audiosocket "$LAB_RUN/readme-agent.log"
check "the screen closes" close_screen readme

inside install_configuration na-1
check "the lab's own files are back" inside asterisk_cli na-1 'core reload'
check "and serve" eval "give_agents na-1 && route na-1 $number support && answered_by support $number"
