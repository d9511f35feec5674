# Both servers are up, reachable by every user over plain TCP and verified TLS, and see both providers.

contacts_available() { [ "$(inside says "$1" 'pjsip show contacts' ' Avail ' | wc -l)" = 2 ]; }

tls_handshake() {
	enter openssl s_client -connect "$(address_of "$1"):5039" -CAfile "$2" -verify_return_error \
		-verify_ip "$3" </dev/null
}

for server in $LAB_SERVERS; do
	check "$server is booted" inside server_booted "$server"
	check "$server sees both providers" wait_for 15 "contacts" contacts_available "$server"
	for user in trunkdeck trunkdeck-tail trunkdeck-ctl; do
		check "$server lets $user in" ami "$server" $user "Action: Ping"
	done
	check "$server lets trunkdeck-tail write nothing" \
		refuted ami "$server" trunkdeck-tail "Action: DBPut" "Family: trunkdeck" "Key: x" "Val: y"
	check "$server has a certificate of the lab's authority" \
		tls_handshake "$server" "$LAB_RUN/ca.pem" "$(address_of "$server")"
	check "$server's certificate is for its own address only" \
		refuted tls_handshake "$server" "$LAB_RUN/ca.pem" 127.0.0.99
	check "$server's certificate is not trusted without the lab's authority" \
		refuted tls_handshake "$server" /etc/ssl/certs/ca-certificates.crt "$(address_of "$server")"
done
config_is_private() { [ "$(stat -c %a "$(lab_config)")" = 600 ]; }
check "the configuration is readable by its owner only" config_is_private
