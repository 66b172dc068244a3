#!/usr/bin/env bash
# Times our fetch beside `nix copy --from` and `nix-store --realise`, interleaved, on fresh file
# systems. What is measured, and how not to be fooled: README.md. Needs Debian and root.
#
# usage: bench.sh [OPTION VALUE]...        one question, one table
#        bench.sh all [OPTION VALUE]...    all questions of scenarios.txt, a line of one table each;
#                                          the options hold for all of them
#   --only REGEX         with `all`: the scenarios whose line matches
#   --nix NAME           host (default), or a root in $NIXFLEET_TEST_ROOTS: trixie, sid
#   --work WORK          cold (default): an empty store
#                        changed: --changed paths and the top level are new to the store
#                        nothing: all is valid already
#                        upstream: cold, and a third of the paths is only in another cache, which
#                        is Nix's own substituter
#   --compression C      none, zstd (default) or xz
#   --link LINK          loopback (default), RTT_MS or RTT_MS:MBIT, such as 50 or 50:100, or
#                        shared:MBIT, a link whose rate all connections share
#   --programs LIST      default ours,copy,realise; besides daemon: our daemon, from an event to
#                        fetched, and, for changed, later: the same after it fetched another revision.
#                        For upstream ours, and its halves alone: cached, realised
#   --rounds N           default 5; in each round each program runs once
#   --size-mb N --configs N --changed N    of the closure; default 1500, 800, 40
#   --package FOLDER     our package; default agent/target/nixfleet-agent
#   --tools FOLDER       of make-closure, make-cache, serve, delay-proxy; default $BENCH_TOOLS,
#                        else ../shared/bench beside the project
#   --data FOLDER        keeps closures and caches for the next call; default /var/cache/nixfleet-bench
#   --raw FILE           gets a line of JSON for each run
#   --limit SECONDS      for one run; default 1800
#
# NIXFLEET_AGENT_HEAP and NIXFLEET_JAVA_OPTS reach the agent's launcher.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
project=$(cd -- "$here/../.." && pwd)
roots=${NIXFLEET_TEST_ROOTS:-/var/cache/nixfleet-tests}
export PATH=$PATH:/usr/sbin:/sbin

fail() {
    printf 'bench.sh: %s\n' "$1" >&2
    exit 1
}

usage() {
    sed -n '2,/^set /{/^# \{0,1\}/s///p}' "${BASH_SOURCE[0]}"
}

nix=host work=cold compression=zstd link=loopback rounds=5 size_mb=1500 configs=800 changed=40
package=$project/agent/target/nixfleet-agent
tools=${BENCH_TOOLS:-$project/../shared/bench}
data=/var/cache/nixfleet-bench raw='' limit=1800
programs='' only='' title=''
if [[ ${1-} == all ]]; then
    shift
    passed=()
    while (($# > 1)); do
        case $1 in
            --only) only=$2 ;;
            *) passed+=("$1" "$2") ;;
        esac
        shift 2
    done
    (($# == 0)) || fail "$1 wants a value"
    all=$(mktemp -t nixfleet-bench-all.XXXXXX)
    trap 'rm -f "$all"' EXIT
    python3 "$here/report.py" --head
    while IFS='|' read -r title scenario; do
        [[ $title != '#'* && -n ${scenario// /} && "$title|$scenario" =~ $only ]] || continue
        read -ra asked <<<"$scenario"
        if "${BASH_SOURCE[0]}" "${asked[@]}" "${passed[@]}" --raw "$all" >/dev/null; then
            python3 "$here/report.py" --line "${title% }" "$all"
        else
            printf 'bench.sh: no figures of: %s\n' "$title" >&2
        fi
    done <"$here/scenarios.txt"
    exit
fi
options=("$@")
while (($# > 0)); do
    case $1 in
        --help | -h) usage && exit ;;
        --nix | --work | --compression | --link | --programs | --rounds | --size-mb | --configs | --changed | \
            --package | --tools | --data | --raw | --limit)
            (($# > 1)) || fail "$1 wants a value"
            name=${1#--}
            printf -v "${name//-/_}" %s "$2"
            shift 2
            ;;
        *) fail "unknown option $1; --help lists the options" ;;
    esac
done

[[ $work =~ ^(cold|changed|nothing|upstream)$ ]] || fail "--work is cold, changed, nothing or upstream, not '$work'"
[[ $compression =~ ^(none|zstd|xz)$ ]] || fail "--compression is none, zstd or xz, not '$compression'"
[[ $link =~ ^(loopback|shared:[0-9]+|[0-9.]+(:[0-9.]+)?)$ ]] ||
    fail "--link is loopback, RTT_MS, RTT_MS:MBIT or shared:MBIT, not '$link'"
known=(ours daemon copy realise)
case $work in
    changed) known+=(later) ;;
    upstream) known=(ours cached realised) ;;
esac
if [[ -z $programs ]]; then
    programs=ours,copy,realise
    [[ $work != upstream ]] || programs=ours,cached,realised
fi
one=$(IFS='|' && echo "(${known[*]})")
[[ $programs =~ ^$one(,$one)*$ ]] || fail "--programs of $work are some of ${known[*]}, not '$programs'"
IFS=, read -ra programs <<<"$programs"
for name in rounds size_mb configs changed limit; do
    [[ ${!name} =~ ^[1-9][0-9]*$ ]] || fail "--${name//_/-} is a number above 0, not '${!name}'"
done
((EUID == 0)) || fail 'mounting file systems and entering other roots needs root'
lacks=$(bash "$project/integration-tests/needs.sh" | paste -sd ' ' -)
[[ -z $lacks ]] || fail "missing: $lacks; '$project/integration-tests/needs.sh install' installs them"
agent=$package/bin/nixfleet-agent
[[ -x $agent && -d $package/lib ]] || fail "there is no package in $package: build it by mvn package, or name it by --package"
[[ -x $tools/make-closure ]] || fail "there is no make-closure in $tools: name its folder by --tools or BENCH_TOOLS"
if [[ $nix == host ]]; then
    root=/
else
    root=$roots/$nix
    [[ -x $root/usr/bin/nix-daemon ]] || fail "there is no Nix in $root; integration-tests/nix-roots.sh makes it"
fi

# A private mount namespace: no mount, and so no loop device, outlives the processes of this run, and
# nothing outside sees them.
# A shared link is the loopback of a network namespace of its own.
if [[ -z ${NIXFLEET_BENCH_UNSHARED-} ]]; then
    network=()
    [[ $link != shared:* ]] || network=(--net)
    NIXFLEET_BENCH_UNSHARED=1 exec unshare --mount --propagation private "${network[@]}" \
        bash "${BASH_SOURCE[0]}" "${options[@]}"
fi
if [[ $link == shared:* ]]; then
    ip link set lo mtu 1500 up
    tc qdisc add dev lo root tbf rate "${link#shared:}mbit" burst 32kb latency 100ms
fi

folder='' child='' proxies='' servers='' outside=''

# Ends one of our processes and waits for its end.
stop() {
    kill -TERM "$1" 2>/dev/null || return 0
    for ((i = 0; i < 100; i++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.05
    done
    kill -KILL "$1" 2>/dev/null || true
}

finish() {
    local status=$? process
    trap - EXIT
    trap '' INT TERM HUP
    for process in $child $proxies $servers; do stop "$process"; done
    if [[ -n $folder ]]; then
        unmount_store 2>/dev/null || true
        rm -rf --one-file-system "$folder" ${outside:+"$outside"}
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# In the background, since bash handles a signal only once a foreground command has ended.
run() {
    local status=0
    "$@" </dev/null &
    child=$!
    wait "$child" || status=$?
    child=
    return "$status"
}

say() {
    printf '%s\n' "$1" >&2
}

mkdir -p "$data"
exec 9>"$data/.lock"
flock --nonblock 9 || fail "another run uses $data; two at once would measure each other"

folder=$(mktemp -d -t nixfleet-bench.XXXXXX)
mkdir "$folder/bin"
results=$folder/results.jsonl

# The programs of the chosen Nix, for us and for the agent, which takes them from its PATH.
programs_folder=/usr/bin enter="chroot '$root' "
if [[ $root == / ]]; then
    programs_folder=$(dirname "$(command -v nix)") enter=''
fi
for program in nix nix-daemon nix-store; do
    printf '#!/bin/sh\nexec %s%s "$@"\n' "$enter" "$programs_folder/$program" >"$folder/bin/$program"
    chmod +x "$folder/bin/$program"
done
if [[ $root != / ]]; then
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
fi
mapfile -t nix_files < <(echo "$root$programs_folder/nix" &&
    chroot "$root" ldd "$programs_folder/nix" | sed -n "s|.*=> \(/.*\) (.*|$root\1|p")

# The store's file system is mounted inside the root that Nix runs in, and bound to the same path
# outside, so that one path names it for the agent and for Nix. The home folder lies on it too.
mount_point=$folder/mounted
inside=$mount_point
if [[ $root != / ]]; then
    outside=$root$folder
    inside=$root$mount_point
fi
mkdir -p "$mount_point" "$inside"

mount_store() {
    mount -o loop,noatime "$1" "$inside"
    [[ $inside == "$mount_point" ]] || mount --bind "$inside" "$mount_point"
    mkdir -p "$mount_point/home/.cache"
}

unmount_store() {
    [[ $inside == "$mount_point" ]] || umount "$mount_point"
    umount "$inside"
}

# What every measured command runs in: a clean environment with a fresh home.
mapfile -t kept < <(env | grep -E '^NIXFLEET_(AGENT_HEAP|JAVA_OPTS)=')
if [[ $root != / && -z ${NIXFLEET_JAVA_OPTS-} ]]; then
    # One decoder of xz for all, that of the Nix under test: liblzma 5.8 takes half the time of 5.4.
    for liblzma in "$root"/usr/lib/*/liblzma.so.5; do
        [[ ! -e $liblzma ]] || kept+=("NIXFLEET_JAVA_OPTS=-Dnixfleet.liblzma=$liblzma")
    done
fi
clean=(env -i "${kept[@]}" "PATH=$folder/bin:/usr/bin:/bin:/usr/sbin:/sbin" LANG=C.UTF-8
    "HOME=$mount_point/home" "XDG_CACHE_HOME=$mount_point/home/.cache")

free_port() {
    python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

await_port() {
    for ((i = 0; i < 200; i++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.05
    done
    fail "nothing listens on port $1"
}

say "closure: $size_mb MB of packages and $configs small paths (the first time takes minutes)"
revisions=(0 1)
[[ " ${programs[*]} " != *" later "* ]] || revisions+=(2)
top=()
for revision in "${revisions[@]}"; do
    run "$tools/make-closure" --size-mb "$size_mb" --configs "$configs" --changed "$changed" \
        --rev "$revision" --work "$data/closure-$changed" >"$folder/top" || fail 'make-closure failed'
    top+=("$(<"$folder/top")")
done

cache=$data/cache-$size_mb-$configs-$changed-$compression
lacking=()
for revision in "${top[@]}"; do
    grep -qsF "$revision" "$cache.holds" || lacking+=("$revision")
done
if ((${#lacking[@]} > 0)); then
    say "cache: $cache"
    run "$tools/make-cache" "$cache" "$compression" "${lacking[@]}" >/dev/null || fail 'make-cache failed'
    printf '%s\n' "${lacking[@]}" >>"$cache.holds"
fi
key=$(<"$cache.public")

# Serves a cache at a port of its own, behind the link, and sets `near` and `far`, its URLs.
serve() {
    local port mbit rtt far_port
    mkdir "$folder/nginx-$2"
    port=$(free_port)
    servers+=" $(TMPDIR=$folder/nginx-$2 "$tools/serve" "$1" "$port" 9>&-)"
    await_port "$port"
    near=http://127.0.0.1:$port
    far=$near
    if [[ $link != loopback && $link != shared:* ]]; then
        far_port=$(free_port)
        IFS=: read -r rtt mbit <<<"$link"
        "$tools/delay-proxy" "$far_port" "$port" "$rtt" ${mbit:+"$mbit"} </dev/null 9>&- &
        proxies+=" $!"
        await_port "$far_port"
        far=http://127.0.0.1:$far_port
    fi
}

link_name=$link
if [[ $link == shared:* ]]; then
    link_name="${link#shared:} Mbit/s shared"
elif [[ $link != loopback ]]; then
    link_name="${link%%:*} ms round trip$([[ $link != *:* ]] || echo ", ${link#*:} Mbit/s a connection")"
fi

served=$cache others=()
if [[ $work == upstream ]]; then
    # What lies deepest is only upstream, as the packages of nixpkgs are for a cache that skips them.
    served=$folder/cached
    python3 "$here/split.py" "$cache" "${top[0]}" "$served" >"$folder/others" || fail 'the cache could not be split'
    mapfile -t others <"$folder/others"
    serve "$cache" upstream
    upstream=$far upstream_near=$near
fi
serve "$served" cache
url=$far
access_log=$(find "$folder/nginx-cache" -name access.log)

store=$mount_point/store

# The command line with which a program brings a path from a URL, as `line`.
set_line() {
    local program=$1 from=$2 path=$3
    case $program in
        daemon | later)
            line=(python3 "$here/daemon.py" --agent "$agent" --folder "$mount_point/home" --store "$store"
                --cache "$from" --trusted-public-key "$key" --results "$results.daemon")
            [[ $program == daemon ]] || line+=("${top[2]}")
            line+=("$path")
            ;;
        ours | cached) line=("$agent" fetch --from "$from" --store "$store" --trusted-public-key "$key" "$path") ;;
        copy)
            line=(nix --extra-experimental-features nix-command copy --from "$from" --to "$store"
                --option trusted-public-keys "$key" "$path")
            ;;
        realise)
            line=(nix-store --store "$store" --realise "$path"
                --option substituters "$from" --option trusted-public-keys "$key")
            ;;
        realised)
            line=(nix-store --store "$store" --realise "${others[@]}"
                --option substituters "$upstream" --option trusted-public-keys "$key")
            ;;
    esac
}

# Every run starts from a copy of a file system that is freshly made, and has in its store what is
# valid beforehand.
make_base() {
    local from=$1 image=$2
    shift 2
    truncate -s "$((size_mb * 4 + 4096))M" "$image"
    mkfs.ext4 -q -F -m 0 -E lazy_itable_init=0,lazy_journal_init=0 "$image"
    (($# > 0)) || return 0
    say 'store: nix copy of what is valid beforehand'
    mount_store "$image"
    set_line copy "$from" "$1"
    run "${clean[@]}" "${line[@]}" "${@:2}" >"$folder/output" 2>&1 || fail "the store could not be prepared: $(tail -n 5 "$folder/output")"
    rm -rf "$mount_point/home"
    unmount_store
}

base=$folder/base.img image=$folder/run.img
wanted=${top[0]}
case $work in
    cold | upstream) make_base "$near" "$base" ;;
    *) make_base "$near" "$base" "${top[0]}" ;;
esac
if [[ $work == changed ]]; then
    wanted=${top[1]}
elif [[ $work == upstream ]]; then
    make_base "$upstream_near" "$base.others" "${others[@]}"
    # For the fallback, which asks Nix.
    clean+=("NIX_CONFIG=substituters = $upstream
trusted-public-keys = $key")
fi

# The same page cache for all: nothing left to write, and the cache's files and the programs in memory.
settle() {
    sync
    find -L "$cache" "$package" "${nix_files[@]}" -type f -exec cat {} + >/dev/null
    "${clean[@]}" nix-store --version >"$folder/output" 2>&1
}

measure() {
    local program=$1 round=$2 from=$base valid=("$wanted")
    case $program in
        cached) from=$base.others ;;
        realised) valid=("${others[@]}") ;;
    esac
    cp --sparse=always "$from" "$image"
    mount_store "$image"
    settle
    set_line "$program" "$url" "$wanted"
    rm -f "$results.daemon"
    run "${clean[@]}" python3 "$here/measure.py" --results "$results" --instead "$results.daemon" \
        --set "program=$program" --set "round=$round" \
        --access-log "$access_log" --output "$folder/output" --limit "$limit" -- "${line[@]}" ||
        fail "$program failed: $(tail -n 20 "$folder/output")"
    "${clean[@]}" nix-store --store "$store" --check-validity "${valid[@]}" >"$folder/output" 2>&1 ||
        fail "$program ended well but something is not valid: $(<"$folder/output")"
    unmount_store
    rm "$image"
}

read -r load _ </proc/loadavg
awk -v load="$load" 'BEGIN { exit load < 0.7 }' &&
    say "warning: the machine is busy, or was a minute ago (load $load): figures taken now mislead"

for ((round = 1; round <= rounds; round++)); do
    # Each round begins with another program, so that none always follows the same one.
    for ((turn = 0; turn < ${#programs[@]}; turn++)); do
        measure "${programs[(turn + round - 1) % ${#programs[@]}]}" "$round"
    done
    say "round $round of $rounds: $(python3 "$here/report.py" --round "$round" "$results")"
done

[[ -z $raw ]] || cp "$results" "$raw"
commit=$(git -C "$project" describe --always --dirty 2>/dev/null || echo unknown)
python3 "$here/report.py" "$results" --title \
    "$work, $compression, $link_name, $("$folder/bin/nix" --version), $size_mb MB and $configs small paths, rounds: $rounds, commit $commit, load before: $load"
