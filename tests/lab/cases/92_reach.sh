# Whether the servers reach the providers, and where they are registered: on the provider's card and in the Servers
# view, with all rights, with few, and with none.

need_program
etc=$(inside_path "$(server_root na-1)")/etc/asterisk

# change_pjsip SED_EXPRESSION: changes and reloads it on na-1.
change_pjsip() { sed -i "$1" "$etc/pjsip.conf" && inside asterisk_cli na-1 'module reload res_pjsip.so' >/dev/null; }
# reach ADDRESS: na-1 expects the provider at ADDRESS.
reach() { change_pjsip "s/^contact = sip:.*:5060 ; twilio/contact = sip:$1:5060 ; twilio/"; }
allow() {
	LAB_WRITE=$1 inside install_files na-1 "$LAB_DATA/manager_trunkdeck.conf"
	inside asterisk_cli na-1 'manager reload' >/dev/null
}

forget_routes
make_desk ann
check "the workspace is made" furnish ann
check "with a provider of the other region" deck ann provider add Peoplefone --sip-domain sip.peoplefone.ch --region eu
sed -i "s/^contact = sip:$(address_of twilio):5060/& ; twilio/" "$etc/pjsip.conf"
check "the screen opens" open_screen ann
check "the card says that the provider is reachable, and in what time" screen_shows ann Twilio reachable ' ms'
check "so does the other, by the server of its region" screen_shows ann Peoplefone reachable ' ms'

check "it does not answer any more" reach 127.0.0.99
check "the card says so" screen_shows ann Twilio unreachable
check "and the tab calls for a person" screen_shows ann '4 Servers !'
press ann 4
check "the server's row says which" screen_shows ann na-1 connected 'twilio unreachable'
check "its line says since when" screen_shows ann Provider twilio 'unreachable ' ' s'
check "the other server is none the worse" screen_shows ann eu-1 connected 'no routes'
check "it answers again" reach "$(address_of twilio)"
check "the line says so" screen_shows ann Provider twilio reachable ' ms'
check "nothing calls for a person" screen_drops ann '4 Servers !'
press ann 1
check "nor on the card" screen_shows ann Twilio reachable ' ms'

check "an endpoint the server does not have" deck ann provider edit twilio --endpoint nowhere
check "is told on the card" screen_shows ann Twilio 'no endpoint'
check "the right one again" deck ann provider edit twilio --endpoint twilio
check "is reachable" screen_shows ann Twilio reachable ' ms'
check "Asterisk was not made to complain" refuted grep -q 'nowhere' "$(inside_path "$(server_root na-1)")/var/log/asterisk/messages"

press ann 4
cat >>"$etc/pjsip.conf" <<END

[carrier]
type = registration
server_uri = sip:$(address_of twilio)
client_uri = sip:lab@$(address_of twilio)
max_random_initial_delay = 0
retry_interval = 1
END
check "a registration is configured" inside asterisk_cli na-1 'module reload res_pjsip_outbound_registration.so'
check "and shown" screen_shows ann Register carrier Registered "sip:$(address_of twilio)"
sed -i "s/^server_uri = .*/server_uri = sip:127.0.0.99/;s/^max_random_initial_delay = .*/&\nexpiration = 30/" "$etc/pjsip.conf"
check "it is moved to where nobody is" inside asterisk_cli na-1 'module reload res_pjsip_outbound_registration.so'
check "it is shown as not registered" screen_shows ann Register carrier Unregistered
check "in the server's row too" screen_shows ann na-1 'carrier not registered'
sed -i '/^\[carrier\]/,$d' "$etc/pjsip.conf"
check "it is taken away" inside asterisk_cli na-1 'module reload res_pjsip_outbound_registration.so'
check "and no longer shown" screen_drops ann carrier
close_screen ann

# Two servers in one region.
configure ann '/server eu-1/,$s/^region = .*/region = na/'
check "the screen opens" open_screen ann
check "both reach the provider" screen_shows ann Twilio reachable ' ms'
check "one does no longer" reach 127.0.0.99
check "the card says which" screen_shows ann Twilio 'na-1 unreachable'
check "it does again" reach "$(address_of twilio)"
check "and the card says so" screen_shows ann Twilio 'reachable ' ' ms'
close_screen ann

# Questions that few rights allow.
allow reporting
check "a screen that may only read opens" open_screen ann --read-only
check "it knows how the provider is reached" screen_shows ann Twilio reachable ' ms'
press ann 4
check "what it may not ask is unknown" screen_shows ann Unknown 'other endpoints: our AMI user may not ask'
check "with the line that would allow it" screen_shows ann "[trunkdeck]: add 'system' to write"
close_screen ann
allow user
check "a screen that may not ask at all opens" open_screen ann --read-only
check "the provider is unknown" screen_shows ann Twilio 'na-1 unknown'
press ann 4
check "and the line is named" screen_shows ann "[trunkdeck]: add 'reporting' to write"
press ann 1
check "the provider stops to answer" reach 127.0.0.99
check "an event tells" screen_shows ann Twilio 'na-1 unreachable'
check "it answers again" reach "$(address_of twilio)"
check "an event tells that too" screen_shows ann Twilio 'reachable ' ' ms'
close_screen ann
allow ''
