#!/usr/bin/env bash
# A fleet in a box: builds the agent and the images, and plays scenarios on hosts in containers.
#
#     fleet.sh                                          all scenarios, with a soak of 20 deployments
#     fleet.sh RolloutTest                              those of one class of io.nixfleet.it.fleet
#     fleet.sh SoakTest -Dnixfleet.soak.deploys=200     the full soak, half an hour
#
# What happened is in integration-tests/target/fleet/report.html. Debian and root, as run.sh, which it calls.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
tests='io/nixfleet/it/fleet/*Test,io/nixfleet/it/simulation/*Test'
if [[ ${1--} != -* ]]; then
    tests=$1
    shift
fi
exec bash integration-tests/run.sh -Dtest=None -Dsurefire.failIfNoSpecifiedTests=false -Dit.test="$tests" "$@"
