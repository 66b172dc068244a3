#!/usr/bin/env bash
# The Docker engine of the tests:
#
#     engine.sh start FOLDER     prints the DOCKER_HOST of an engine that runs: the machine's own, or one
#                                that this starts with its data in FOLDER/docker
#     engine.sh stop FOLDER      ends that one, if no other run uses it; never touches the machine's own
#
# A run that shares the engine holds FOLDER/docker.users (flock, shared), so that the last one ends it.
set -euo pipefail

action=${1:?usage: engine.sh start|stop FOLDER}
folder=${2:?usage: engine.sh start|stop FOLDER}
run=/run/nixfleet-tests
socket=unix://$run/docker.sock
data=$folder/docker
log=$folder/dockerd.log

fail() {
    printf 'engine.sh: %s\n' "$1" >&2
    [[ ! -s $log ]] || tail -n 20 "$log" >&2
    exit 1
}

answers() {
    timeout 20 docker --host "$1" version >/dev/null 2>&1
}

# Our daemon's process, or nothing: a stale pid file may name somebody else's process.
daemon() {
    local pid
    pid=$(cat "$run/docker.pid" 2>/dev/null) || return 0
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) != dockerd ]] || echo "$pid"
}

start() {
    local own=${DOCKER_HOST-unix:///var/run/docker.sock}
    if answers "$own"; then
        echo "$own"
        return
    fi
    if ! answers "$socket"; then
        command -v dockerd >/dev/null || fail 'dockerd is missing: needs.sh install brings it'
        mkdir -p "$run" "$data"
        if [[ -z $(daemon) ]]; then
            rm -f "$run/docker.pid"
            # Without our file descriptors: a lock of the caller must not live on in it.
            setsid dockerd --host "$socket" --data-root "$data" --exec-root "$run/docker" \
                --pidfile "$run/docker.pid" >"$log" 2>&1 </dev/null 8>&- 9>&- &
        fi
        local deadline=$((SECONDS + 60))
        until answers "$socket"; do
            ((SECONDS < deadline)) || fail "dockerd does not answer at $socket within 60 s; its log ends:"
            sleep 0.2
        done
    fi
    echo "$socket"
}

stop() {
    local pid deadline
    pid=$(daemon)
    [[ -n $pid ]] || return 0
    flock --nonblock --exclusive "$folder/docker.users" true || return 0
    kill -TERM "$pid"
    deadline=$((SECONDS + 40))
    while [[ -n $(daemon) ]]; do
        ((SECONDS < deadline)) || fail "dockerd ($pid) has not ended for 40 s"
        sleep 0.2
    done
}

mkdir -p "$folder"
exec 9>"$folder/docker.lock"
flock --timeout 120 9 || fail "another run has been at the engine of $folder for 2 minutes"
case $action in
    start) start ;;
    stop) stop ;;
    *) fail "unknown action '$action'" ;;
esac
