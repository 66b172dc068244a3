#!/usr/bin/env bash
# Makes the Docker images of hosts under test from Debian's archive, and prints a name: nothing is pulled.
#
#     images.sh base FOLDER                             Debian 12 with systemd 252 as init and Nix 2.8
#     images.sh host FOLDER PACKAGE [VERSION]           that with the agent's package in /opt/nixfleet-agent and
#                                                       Nix 2.8, or 2.26 or 2.34 of the roots in FOLDER
#     images.sh cache FOLDER                            that with nginx, which serves /srv/cache at port 80
#     images.sh control-plane FOLDER JAVA_HOME CLASSPATH  the scripted one of the agent's tests, at port 8080
#
# An image's tag is a hash of what it is made from, so that a change makes a new image and nothing else does.
# Making one removes those of its name that nothing has asked for in 90 minutes, which is longer than a run,
# and that no container uses. FOLDER keeps the packages, and when each image was last asked for. Needs Debian,
# root, an engine (engine.sh, DOCKER_HOST), for other versions of Nix the roots of nix-roots.sh, and a JDK.
set -euo pipefail

recipes=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/images" && pwd)
readonly limit=900 unused_minutes=90
self=$(<"${BASH_SOURCE[0]}")
usage='usage: images.sh base|host|cache|control-plane FOLDER …'
kind=${1:?$usage}
folder=${2:?$usage}
shift 2

fail() {
    printf 'images.sh: %s\n' "$1" >&2
    exit 1
}

# A hash of all arguments.
stamp() {
    printf '%s\n' "$@" | sha256sum | cut -c 1-16
}

# Without times, which are not the same in two checkouts.
hash_tree() {
    pack "$1" --mtime=@0 --sort=name | sha256sum
}

pack() {
    local tree=$1
    shift
    tar --directory "$tree" --owner=0 --group=0 --numeric-owner --mode=go-w "$@" -cf - .
}

present() {
    timeout 20 docker image inspect "$1" >/dev/null 2>&1
}

work=
child=
container=nixfleet-making-$(stamp "$folder")

# In the background, since bash handles a signal only once a foreground command has ended.
limited() {
    timeout --kill-after=10 "$@" </dev/null >&2 &
    child=$!
    local status=0
    wait "$child" || status=$?
    child=
    ((status == 0)) || fail "${*:2:3} ended with $status (it had $1 s)"
}

finish() {
    local status=$?
    trap - EXIT
    trap '' INT TERM
    if [[ -n $child ]]; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    [[ -z $work ]] || clean
    exit "$status"
}

# What a maker has left, even one that was killed: only he who has the lock comes here.
clean() {
    timeout 60 docker rm --force --volumes "$container" >/dev/null 2>&1 || true
    rm -rf --one-file-system "$folder"/.making-image.*
}

# Sets image to REPOSITORY:STAMP, and lets a function make it from the folder $work if need be.
ensure() {
    local repository=$1 maker=$3
    image=$repository:$2
    touch "$folder/images/$image"
    ! present "$image" || return 0
    if [[ -z $work ]]; then
        timeout 20 docker version >/dev/null || fail \
            'no Docker engine answers: needs.sh install brings one (Debian: docker.io, iptables, debootstrap), engine.sh starts it; -DskipContainers leaves out the tests that want it'
        exec 9>"$folder/image.lock"
        limited $limit flock 9
    fi
    ! present "$image" || return 0
    clean
    work=$(mktemp -d "$folder/.making-image.XXXXXX")
    printf 'Making %s\n' "$image" >&2
    "$maker"
    forget_others "$repository"
}

forget_others() {
    local other
    find "$folder/images" -name "$1:*" -mmin +$unused_minutes -delete
    timeout 20 docker image ls --format '{{.Repository}}:{{.Tag}}' "$1" | while read -r other; do
        if [[ ! -e $folder/images/$other ]] && timeout 60 docker image rm "$other" >/dev/null 2>&1; then
            printf 'Removed %s\n' "$other" >&2
        fi
    done
}

# Makes the image from the base and the files of $work/layer; the rest goes to docker commit.
commit() {
    local stop_signal=$1
    shift
    pack "$work/layer" >"$work/layer.tar"
    timeout 60 docker create --name "$container" --stop-signal "$stop_signal" "$base" >/dev/null
    # shellcheck disable=SC2016
    limited 300 sh -c 'docker cp - "$1:/" <"$2"' sh "$container" "$work/layer.tar"
    limited 300 docker commit "$@" "$container" "$image"
    clean
}

ensure_base() {
    # Of its own recipe alone: it takes minutes, and the others seconds.
    ensure nixfleet-test-base "$(stamp "$(<"$recipes/base.sh")")" make_base
    base=$image
}

make_base() {
    limited $limit bash "$recipes/base.sh" "$work/root" "$folder"
    # A file, since of a pipe that is cut short an image would be made all the same.
    limited 300 tar --directory "$work/root" --numeric-owner --one-file-system \
        --exclude='./proc/*' --exclude='./sys/*' -cf "$work/root.tar" .
    limited 300 docker import --change 'CMD ["/lib/systemd/systemd"]' --change 'ENV container=docker' \
        "$work/root.tar" "$image"
}

ensure_host() {
    package=${1:?usage: images.sh host FOLDER PACKAGE [VERSION]}
    version=${2-2.8}
    local nix=
    [[ -x $package/bin/nixfleet-agent ]] || fail "no agent's package in $package: run \`mvn package\` first"
    case $version in
        2.8) root= ;;
        2.26) root=$folder/trixie ;;
        2.34) root=$folder/sid ;;
        *) fail "there is Nix 2.8, 2.26 and 2.34, not '$version'" ;;
    esac
    if [[ -n $root ]]; then
        [[ -x $root/usr/bin/nix ]] || fail "there is no Nix in $root: nix-roots.sh makes it"
        command -v patchelf >/dev/null || fail 'patchelf is missing: needs.sh install brings it'
        nix=$(sha256sum "$root/usr/bin/nix" "$recipes/nix.sh")
    fi
    package_hash=$(hash_tree "$package")
    ensure_base
    ensure "nixfleet-test-host-$version" "$(stamp "$self" "$base" "$nix" "$package_hash")" make_host
}

make_host() {
    mkdir -p "$work/layer/opt"
    # With its files' times, which its quick start wants.
    cp --archive "$package" "$work/layer/opt/nixfleet-agent"
    [[ $(hash_tree "$work/layer/opt/nixfleet-agent") == "$package_hash" ]] ||
        fail "$package has changed while the image was made: build it, then make the image"
    [[ -z $root ]] || limited 120 bash "$recipes/nix.sh" "$root" "$version" "$work/layer"
    commit SIGRTMIN+3
}

ensure_cache() {
    ensure_base
    ensure nixfleet-test-cache "$(stamp "$self" "$base" "$(hash_tree "$recipes/cache")")" make_cache
}

make_cache() {
    cp --archive "$recipes/cache" "$work/layer"
    mkdir -p "$work/layer/srv/cache" "$work/layer/etc/nginx/cache.d"
    commit SIGRTMIN+3 --change 'EXPOSE 80'
}

ensure_control_plane() {
    local usage='usage: images.sh control-plane FOLDER JAVA_HOME CLASSPATH'
    java_home=${1:?$usage}
    class_path=${2:?$usage}
    [[ -x $java_home/bin/jlink ]] || fail "there is no JDK in $java_home"
    local entries entry contents=
    IFS=: read -r -a entries <<<"$class_path"
    parts=()
    for entry in "${entries[@]}"; do
        # The agent and its tests are jars of a build, and folders of an IDE.
        case $entry in
            */agent-*.jar | */jackson-annotations-*.jar | */jackson-core-*.jar | */jackson-databind-*.jar | \
                */bcprov-*.jar | */bcpkix-*.jar | */bcutil-*.jar) contents+=$(sha256sum <"$entry") ;;
            */agent/target/*classes) contents+=$(hash_tree "$entry") ;;
            *) continue ;;
        esac
        parts+=("$entry")
    done
    ((${#parts[@]} == 8)) || fail "the class path must have the agent, its tests, three jars of Jackson and three of Bouncy Castle; it has: ${parts[*]}"
    ensure_base
    ensure nixfleet-test-control-plane "$(stamp "$self" "$base" "$(cat "$java_home/release")" \
        "$contents" "$(hash_tree "$recipes/control-plane")")" make_control_plane
}

make_control_plane() {
    cp --archive "$recipes/control-plane" "$work/layer"
    local home=$work/layer/opt/control-plane part
    mkdir -p "$home"/{classes,lib} "$work/layer/tls"
    for part in "${parts[@]}"; do
        if [[ -d $part ]]; then cp --recursive "$part/." "$home/classes/"; else cp "$part" "$home/lib/"; fi
    done
    limited 300 "$java_home/bin/jlink" --add-modules java.base,java.logging,java.naming,jdk.httpserver \
        --generate-cds-archive --no-header-files --no-man-pages --output "$home/runtime"
    commit SIGTERM --change 'ENTRYPOINT ["/opt/control-plane/bin/start"]' --change 'CMD []' \
        --change 'EXPOSE 8080 8081'
}

command -v docker >/dev/null || fail 'docker is missing: needs.sh install brings it (Debian: docker.io)'
mkdir -p "$folder/images"
folder=$(cd -- "$folder" && pwd)
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
case $kind in
    base) ensure_base ;;
    host) ensure_host "$@" ;;
    cache) ensure_cache ;;
    control-plane) ensure_control_plane "$@" ;;
    *) fail "$usage" ;;
esac
echo "$image"
