#!/usr/bin/env bash
# Fuzzes every fuzz target for a while each: fuzz.sh [DURATION], such as 30s (the default) or 10m.
#
# Without this script the targets run with every test, over the inputs that are kept beside them. What is
# found is written into the target's folder of inputs: keep it there, as a regression test.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
duration=${1-30s}

mapfile -t targets < <(grep -rl --include='*.java' '@FuzzTest' substituter/src/test/java | sort)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for target in "${targets[@]}"; do
    name=$(basename -- "$target" .java)
    echo "Fuzzing $name for $duration"
    if ! JAZZER_FUZZ=1 JAZZER_MAX_DURATION=$duration mvn -q -pl substituter test \
        -Dtest="$name" -Dsurefire.failIfNoSpecifiedTests=true >"$log" 2>&1; then
        cat "$log" >&2
        echo "fuzz.sh: $name found something, or did not run; see above" >&2
        exit 1
    fi
    grep '^Done ' "$log" || { echo "fuzz.sh: $name did not fuzz" >&2; exit 1; }
done
echo "${#targets[@]} fuzz targets, no finding."
