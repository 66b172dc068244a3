#!/usr/bin/env bash
# Runs every test of all modules, with real Nix versions and servers.
#
# On Debian as root it installs what is missing; elsewhere it says what is missing and fails.
# NIXFLEET_TEST_ROOTS   the folder of the Nix roots (nix-roots.sh), by default /var/cache/nixfleet-tests
# Arguments go to Maven, as in: run.sh -Dit.test=PackageIT, which leaves out the fuzzing, too.
# With -DskipContainers the tests that want a Docker engine are left out, and none is started.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export NIXFLEET_TEST_ROOTS=${NIXFLEET_TEST_ROOTS:-/var/cache/nixfleet-tests}
export PATH=$PATH:/usr/sbin:/sbin

skip=
some=
for argument; do
    case $argument in
        -Dit.test=*) some=1 ;;
        -DskipContainers | -DskipContainers=true) skip=1 ;;
    esac
done
export NIXFLEET_SKIP_CONTAINERS=$skip

fail() {
    printf 'run.sh: %s\n' "$1" >&2
    exit 1
}

os_name() {
    if [[ -r /etc/os-release ]]; then (. /etc/os-release && echo "${PRETTY_NAME-$ID}"); else uname -s; fi
}

is_debian() {
    [[ -r /etc/os-release ]] && (. /etc/os-release && [[ $ID == debian ]])
}

# A private mount namespace: what is mounted for the tests is gone with the last process of the run,
# however that ends, and nothing outside sees it.
if [[ -z ${NIXFLEET_TESTS_UNSHARED-} ]]; then
    if ! is_debian || ((EUID != 0)); then
        lacks=$(bash integration-tests/needs.sh | paste -sd ' ' -)
        fail "the tests need Debian and root, to install packages and to run other versions of Nix by chroot; this is $(os_name), user $(id -un).${lacks:+ Missing, as Debian packages: $lacks.} Run it in a privileged Debian container, as root."
    fi
    unshare --mount --propagation private true 2>/dev/null ||
        fail 'this root cannot mount: run it in a container with SYS_ADMIN (--privileged), or on a machine.'
    NIXFLEET_TESTS_UNSHARED=1 exec unshare --mount --propagation private bash integration-tests/run.sh "$@"
fi

times=()
child=

# In the background, since bash handles a signal only once a foreground command has ended.
phase() {
    local name=$1 limit=$2 start=$SECONDS status=0
    shift 2
    printf '\n== %s (at most %s)\n' "$name" "$limit"
    timeout --kill-after=30s "$limit" "$@" </dev/null &
    child=$!
    wait "$child" || status=$?
    child=
    times+=("$(printf '%-9s %5d s' "$name" $((SECONDS - start)))")
    if ((status != 0)); then
        ((status != 124)) || echo "run.sh: $name was not done within $limit" >&2
        exit "$status"
    fi
}

finish() {
    local status=$?
    trap - EXIT INT TERM
    if [[ -n $child ]]; then
        kill -TERM "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    if [[ -z $skip ]]; then
        exec 8>&-
        timeout 1m bash integration-tests/engine.sh stop "$NIXFLEET_TEST_ROOTS" ||
            echo 'run.sh: the Docker engine that it started may still run' >&2
    fi
    printf '\n== time\n'
    ((${#times[@]} == 0)) || printf '%s\n' "${times[@]}"
    if ((status == 0)); then
        echo 'All tests passed.'
    else
        echo "FAILED with exit code $status."
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

phase packages 10m bash integration-tests/needs.sh install
phase roots 15m bash integration-tests/nix-roots.sh "$NIXFLEET_TEST_ROOTS"
for suite in trixie sid; do
    proc=$NIXFLEET_TEST_ROOTS/$suite/proc
    mountpoint -q "$proc" || mount -t proc proc "$proc"
done
mkdir -p "$NIXFLEET_TEST_ROOTS"
if [[ -z $skip ]]; then
    exec 8>"$NIXFLEET_TEST_ROOTS/docker.users"
    flock --shared --timeout 60 8 || fail 'another run has been ending the Docker engine for a minute'
    DOCKER_HOST=$(timeout 3m bash integration-tests/engine.sh start "$NIXFLEET_TEST_ROOTS") ||
        fail 'the tests of hosts want a Docker engine (Debian: docker.io, iptables, debootstrap, and a root that may mount); -DskipContainers leaves them out'
    export DOCKER_HOST
    phase image 15m bash integration-tests/images.sh base "$NIXFLEET_TEST_ROOTS"
fi
phase tests 70m mvn verify -Prelease "$@"
[[ $some ]] || phase fuzz 10m bash integration-tests/fuzz.sh 20s
