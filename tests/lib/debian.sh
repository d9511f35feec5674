# Trees of other Debian releases, to run things in with chroot. Sourced by bash scripts that define say and die.
#
# A tree comes from the mirror that this machine's apt uses. It is built in a folder of its own and renamed when it is
# complete, so a tree that was built only in part is never used.

# retry TIMES COMMAND...: for downloads, which may fail for a moment.
retry() {
	local times=$1 n
	shift
	for ((n = 1; ; n++)); do
		"$@" && return 0
		((n < times)) || return 1
		say "failed (attempt $n of $times): $1; trying again"
		sleep $((n * 2))
	done
}

apt_quiet() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"; }

# The mirror of this machine's own Debian, as apt knows it.
mirror_url() {
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' '$1 == "Debian" && $2 == "Debian" && $3 !~ /-/ && $4 ~ /^https?:/ { print $4; exit }'
}

# apt knows what its sources are only once it has fetched their indexes.
find_mirror() {
	local mirror=${TRUNKDECK_MIRROR:-$(mirror_url)}
	[ -n "$mirror" ] || { retry 3 apt_quiet update >&2 && mirror=$(mirror_url); }
	[ -n "$mirror" ] || die "apt on this machine names no Debian mirror over HTTP; set TRUNKDECK_MIRROR to one"
	echo "$mirror"
}

# The apt inside a tree does not have this machine's configuration.
use_apt_proxy() {
	local proxy=
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	[ -z "$proxy" ] || [ "$proxy" = DIRECT ] || export http_proxy=$proxy
}

# Mounts and processes of COMMAND live in namespaces of their own: an interrupted command leaves neither behind.
apart() { unshare --mount --pid --fork --kill-child --mount-proc "$@" </dev/null; }

# in_tree TREE COMMAND...
in_tree() {
	local tree=$1
	shift
	apart sh -c 'tree=$1; shift; mount -t proc proc "$tree/proc" && exec chroot "$tree" /usr/bin/env -i "$@"' \
		in_tree "$tree" PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive \
		${http_proxy:+http_proxy="$http_proxy"} "$@"
}

# bootstrap SUITE "PACKAGE..." TREE: a minimal tree and the packages. Nothing in it is worth an fsync, nor the
# time to unpack manuals. A mirror that is a snapshot has an index past its date: signatures are checked, the date is not.
bootstrap() {
	local suite=$1 packages=$2 tree=$3 mirror options=()
	mirror=$(find_mirror) || return 1
	[ -z "$packages" ] || options=(--include="$packages")
	use_apt_proxy
	rm -rf --one-file-system "$tree"
	apart mmdebstrap --mode=root --variant=minbase "${options[@]}" --dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-include=/usr/share/*/trunkdeck*' \
		--aptopt='Acquire::Retries "3"' --aptopt='Acquire::Languages "none"' \
		--aptopt='Dpkg::Use-Pty "false"' --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
		"$suite" "$tree" "$mirror"
}

# recipe_hash TEXT...: for the name of a tree that bootstrap makes with what the texts say; a changed recipe never meets
# an old tree.
recipe_hash() { { declare -f bootstrap; echo "$@"; dpkg --print-architecture; } | sha256sum | cut -c1-12; }

# cached TREE COMMAND...: afterwards TREE exists. If it does not, COMMAND... makes the folder that is its last argument.
# When two start at once, one of them builds.
cached() {
	local tree=$1 lock
	shift
	[ ! -d "$tree" ] || return 0
	exec {lock}>"$tree.lock"
	flock "$lock"
	if [ ! -d "$tree" ]; then
		say "building $tree (about a minute; log: $tree.log)"
		"$@" "$tree.building" >"$tree.log" 2>&1 || {
			tail -n 30 "$tree.log" >&2
			die "could not build $tree"
		}
		mv -T "$tree.building" "$tree"
	fi
	exec {lock}>&-
}
