#!/usr/bin/env bash
# Simulates a fleet against one control plane, on this machine: all agents start at once; later the
# control plane is killed, and comes back. Prints a Markdown table; README.md says what it means.
# Needs what the build needs, and about 1 GiB of /dev/shm for 2,000 agents.
#
# usage: simulation.sh [OPTION VALUE]...
#   --agents N        default 2000
#   --over HOW        mtls (default), each agent with a certificate of its own, or http
#   --factor N        agents wait so many times faster than they would; default 1, which takes 19
#                     minutes. Work is as slow as ever, and connections are kept as long as ever.
#   --steady SECONDS  of agents' time, from when all have polled to the kill; default 420
#   --away SECONDS    without a control plane; default 240
#   --after SECONDS   watched once all have polled again; default 180
#   --help
set -euo pipefail

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)

fail() {
    printf 'simulation.sh: %s\n' "$1" >&2
    exit 2
}

agents=2000 over=mtls factor=1 steady=420 away=240 after=180
while (($# > 0)); do
    case $1 in
        --help)
            sed -n '2,/^set /{/^# \{0,1\}/s///p}' "${BASH_SOURCE[0]}"
            exit
            ;;
        --agents | --over | --factor | --steady | --away | --after)
            (($# > 1)) || fail "$1 wants a value"
            printf -v "${1#--}" %s "$2"
            shift 2
            ;;
        *) fail "unknown option $1; --help lists them" ;;
    esac
done
[[ $over == mtls || $over == http ]] || fail "--over is mtls or http, not $over"
for number in agents factor steady away after; do
    [[ ${!number} =~ ^[1-9][0-9]{0,5}$ ]] || fail "--$number is not a number from 1 on: ${!number}"
done
((agents * 3 + 500 < $(ulimit -Hn))) || fail "$agents agents need $((agents * 3 + 500)) files; ulimit -Hn is $(ulimit -Hn)"
ulimit -n "$(ulimit -Hn)"

cd -- "$project"
rm -f integration-tests/target/simulation.md
status=0
mvn -q verify -pl integration-tests -am -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test=FleetSimulationTest -Dnixfleet.simulation.agents="$agents" \
    -Dnixfleet.simulation.over="$over" -Dnixfleet.simulation.factor="$factor" \
    -Dnixfleet.simulation.steady="$steady" -Dnixfleet.simulation.away="$away" \
    -Dnixfleet.simulation.after="$after" >&2 || status=$?
[[ ! -e integration-tests/target/simulation.md ]] || cat integration-tests/target/simulation.md
exit "$status"
