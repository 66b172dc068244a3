#!/usr/bin/env bash
# Makes the folders with other versions of Nix that the tests run by chroot:
#
#     nix-roots.sh FOLDER     FOLDER/trixie (Nix 2.26), FOLDER/sid (Nix 2.34 or newer)
#
# Each holds the essential packages of that Debian release and nix-bin, unpacked and never configured
# (maintainer scripts of sid fail now and then, and none is needed to run Nix). Signatures are checked
# by apt; the mirror is the one that this machine's apt uses. A root that answers with the right
# version is kept. Needs Debian and root.
set -euo pipefail

folder=${1:?usage: nix-roots.sh FOLDER}

fail() {
    printf 'nix-roots.sh: %s\n' "$1" >&2
    exit 1
}

# The version of Nix in a root, or nothing. Nix reads /proc, which is mounted for this command only.
nix_version() {
    timeout 30 unshare --mount --propagation private sh -c \
        'mount -t proc proc "$1/proc" && exec chroot "$1" /usr/bin/nix --version' sh "$1" \
        2>/dev/null </dev/null | sed -n 's/^nix (Nix) //p' || true
}

# Whether version $1 is $2 or newer.
at_least() {
    [[ -n $1 && $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]
}

fits() {
    local suite=$1 version=$2
    case $suite in
        trixie) [[ $version == 2.26.* ]] ;;
        sid) at_least "$version" 2.34 ;;
    esac
}

# The Debian archive in this machine's own apt configuration. apt knows a source's origin only once
# it has fetched its index.
mirror() {
    local uris
    uris=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian')
    if [[ -z $uris ]]; then
        timeout 300 apt-get -qq update >&2
        uris=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian')
    fi
    [[ -n $uris ]] || fail "this machine's apt has no source of the Debian archive: add one to /etc/apt"
    head -n 1 <<<"$uris"
}

make_root() {
    local suite=$1 uri=$2 work=$3
    local apt=$work/apt root=$work/root
    mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,etc} "$root"
    : >"$apt/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$apt/etc/sources.list"
    local options=(
        -qq
        -o "Dir::State=$apt/state"
        -o "Dir::State::status=$apt/status"
        -o "Dir::Cache=$apt/cache"
        -o "Dir::Etc::sourcelist=$apt/etc/sources.list"
        -o Dir::Etc::sourceparts=/dev/null
        -o Dir::Etc::preferences=/dev/null
        -o Dir::Etc::preferencesparts=/dev/null
        -o APT::Sandbox::User=root
        -o APT::Install-Recommends=false
        -o Acquire::Retries=3
        -o Acquire::Languages=none
    )
    timeout 300 apt-get "${options[@]}" update >&2
    timeout 600 apt-get "${options[@]}" --yes --download-only install '?essential' nix-bin >&2
    # Packages that still ship /bin or /lib go through these links, as on every Debian.
    local name package
    for name in bin sbin lib lib64; do
        mkdir -p "$root/usr/$name"
        ln -s "usr/$name" "$root/$name"
    done
    for package in "$apt"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" |
            tar --extract --preserve-permissions --keep-directory-symlink --directory "$root"
    done
    cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
    cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
    local device
    for device in null:3 zero:5 full:7 random:8 urandom:9; do
        [[ -e $root/dev/${device%:*} ]] || mknod -m 666 "$root/dev/${device%:*}" c 1 "${device#*:}"
    done
    mkdir -p "$root/proc" "$root/nix"
}

work=
trap '[[ -z $work ]] || rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$folder"
exec 9>"$folder/.lock"
flock --timeout 900 9 || fail "another run has been making $folder for 15 minutes"

for suite in trixie sid; do
    root=$folder/$suite
    version=$(nix_version "$root")
    if ! fits "$suite" "$version"; then
        [[ ! -e $root ]] || echo "$root: Nix does not run there, or is '$version': making it anew" >&2
        # Made beside its place and renamed, so that a run cut short leaves no half of a root.
        work=$(mktemp -d "$folder/.making-$suite.XXXXXX")
        make_root "$suite" "$(mirror)" "$work"
        version=$(nix_version "$work/root")
        fits "$suite" "$version" || fail "the Nix of Debian $suite is '$version': the tests want 2.26 of trixie and 2.34 or newer of sid"
        [[ ! -e $root ]] || mv "$root" "$work/old"
        mv "$work/root" "$root"
        rm -rf "$work"
        work=
    fi
    echo "$root: Nix $version"
done
