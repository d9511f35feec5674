# The cached Debian tree with Asterisk in it, and the packages the lab needs on this machine.
#
# Debian 12 has no Asterisk, so the tree is Debian forky's. Its name holds the hash of the recipe.

. "$LAB_SRC/tests/lib/debian.sh"

LAB_SUITE=forky
LAB_ROOT_PACKAGES="ca-certificates asterisk asterisk-modules odbc-postgresql unixodbc"
LAB_HOST_PACKAGES="mmdebstrap sip-tester iproute2 util-linux procps openssl python3 ca-certificates
	postgresql nftables libfaketime tzdata"

missing_packages() {
	local p
	for p in $LAB_HOST_PACKAGES; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

ensure_host_packages() {
	local missing
	missing=$(missing_packages)
	[ -z "$missing" ] && return 0
	say "installing" $missing
	{
		retry 3 apt_quiet update &&
			retry 3 apt_quiet install --no-install-recommends $missing </dev/null
	} >"$LAB_CACHE/host-packages.log" 2>&1 || {
		tail -n 20 "$LAB_CACHE/host-packages.log" >&2
		die "could not install the packages the lab needs"
	}
}

root_tree() { echo "$LAB_CACHE/$LAB_SUITE-$(recipe_hash "$LAB_ROOT_PACKAGES")"; }

# Prints nothing; makes root_tree.
ensure_tree() { cached "$(root_tree)" retry 3 bootstrap "$LAB_SUITE" "$LAB_ROOT_PACKAGES"; }
