# The cached Debian tree with Asterisk in it, and the packages the lab needs on this machine.
#
# Debian 12 has no Asterisk, so the tree is Debian forky's, made with debootstrap from whatever mirror this machine's
# apt uses. It is built in a directory of its own and renamed when complete, under a name that holds the hash of the
# recipe: a half-built tree is never used, and a changed recipe never meets an old tree.

LAB_SUITE=forky
LAB_ROOT_PACKAGES="asterisk asterisk-modules odbc-postgresql unixodbc"
LAB_HOST_PACKAGES="debootstrap sip-tester iproute2 util-linux procps openssl python3 ca-certificates
	postgresql"

missing_packages() {
	local p
	for p in $LAB_HOST_PACKAGES; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

apt_quiet() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"; }

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

recipe_hash() { { cat "$LAB_DIR/lib/root.sh"; dpkg --print-architecture; } | sha256sum | cut -c1-12; }

root_tree() { echo "$LAB_CACHE/$LAB_SUITE-$(recipe_hash)"; }

# The mirror of this machine's own Debian, as apt knows it.
mirror_url() {
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' '$1 == "Debian" && $2 == "Debian" && $3 !~ /-/ && $4 ~ /^https?:/ { print $4; exit }'
}

# apt knows what its sources are only once it has fetched their indexes.
find_mirror() {
	local mirror=${TRUNKDECK_LAB_MIRROR:-$(mirror_url)}
	[ -n "$mirror" ] || { retry 3 apt_quiet update >&2 && mirror=$(mirror_url); }
	[ -n "$mirror" ] || die "apt on this machine names no Debian mirror over HTTP; set TRUNKDECK_LAB_MIRROR to one"
	echo "$mirror"
}

# debootstrap downloads with wget, which knows nothing of a proxy set up for apt.
use_apt_proxy() {
	local proxy=
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	[ -z "$proxy" ] || [ "$proxy" = DIRECT ] || export http_proxy=$proxy
}

# A suite newer than this debootstrap has no script of its own; sid's serves every later suite.
suite_script() {
	local scripts=/usr/share/debootstrap/scripts
	[ -e "$scripts/$LAB_SUITE" ] && echo "$scripts/$LAB_SUITE" || echo "$scripts/sid"
}

bootstrap() {
	local into=$1 mirror=$2
	rm -rf --one-file-system "$into"
	apart debootstrap --variant=minbase --include=ca-certificates "$LAB_SUITE" "$into" "$mirror" "$(suite_script)"
}

# Mounts and processes of the build live in namespaces of their own: an interrupted build leaves neither behind.
apart() { unshare --mount --pid --fork --kill-child --mount-proc "$@" </dev/null; }

in_tree() {
	local tree=$1
	shift
	apart sh -c 'tree=$1; shift; mount -t proc proc "$tree/proc" && exec chroot "$tree" /usr/bin/env -i "$@"' \
		in_tree "$tree" PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
		${http_proxy:+http_proxy="$http_proxy"} "$@"
}

# Nothing may start in the tree while packages are installed, and nothing there is worth an fsync. A mirror that is a
# snapshot has an index past its date: signatures are checked, the date is not.
prepare_apt() {
	local tree=$1
	printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
	chmod 755 "$tree/usr/sbin/policy-rc.d"
	echo force-unsafe-io >"$tree/etc/dpkg/dpkg.cfg.d/lab"
	printf 'path-exclude=/usr/share/%s/*\n' doc man locale >>"$tree/etc/dpkg/dpkg.cfg.d/lab"
	printf '%s\n' 'Acquire::Retries "3";' 'Acquire::Check-Valid-Until "false";' >"$tree/etc/apt/apt.conf.d/lab"
}

fill_tree() {
	local tree=$1
	prepare_apt "$tree"
	retry 3 in_tree "$tree" apt-get -qq update &&
		retry 3 in_tree "$tree" apt-get -qq -y install --no-install-recommends $LAB_ROOT_PACKAGES &&
		in_tree "$tree" apt-get clean &&
		rm -rf "$tree"/var/lib/apt/lists/* &&
		in_tree "$tree" asterisk -V
}

drop_other_trees() {
	local keep=$1 tree
	for tree in "$LAB_CACHE/$LAB_SUITE"-*; do
		[ "$tree" = "$keep" ] || [ ! -d "$tree" ] || rm -rf --one-file-system "$tree"
	done
}

build_tree() {
	local tree=$1 mirror work=$1.building log=$LAB_CACHE/build.log
	mirror=$(find_mirror) || exit 1
	say "building the Asterisk tree in $tree (about two minutes; log: $log)"
	use_apt_proxy
	if ! { retry 3 bootstrap "$work" "$mirror" && fill_tree "$work"; } >"$log" 2>&1; then
		tail -n 30 "$log" >&2
		die "could not build the Asterisk tree"
	fi
	mv -T "$work" "$tree"
	say "built: $(tail -n 1 "$log")"
}

# Prints nothing; afterwards root_tree exists. Two labs starting at once build it once.
ensure_tree() {
	local tree lock
	tree=$(root_tree)
	[ -d "$tree" ] && return 0
	exec {lock}>"$LAB_CACHE/lock"
	flock "$lock"
	[ -d "$tree" ] || build_tree "$tree"
	exec {lock}>&-
}
