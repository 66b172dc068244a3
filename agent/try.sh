#!/usr/bin/env bash
# Shows the agent at work on this machine: `nixfleet-agent try`, which needs neither Nix nor root.
# Builds the agent first if it is missing or older than its sources. Arguments go to the command.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
launcher=$root/agent/target/nixfleet-agent/bin/nixfleet-agent
stamp=$root/agent/target/package/package.stamp

fail() {
    printf 'try.sh: %s\n' "$1" >&2
    exit 1
}

up_to_date() {
    [[ -x $launcher && -e $stamp ]] || return 1
    local newer
    newer=$(cd "$root" && find pom.xml .mvn protocol substituter agent \
        \( -name target -o -path '*/src/test' \) -prune -o -newer "$stamp" -print -quit)
    [[ -z $newer ]]
}

build() {
    command -v mvn >/dev/null ||
        fail 'Maven is missing: install it (Debian: apt-get install maven) and run this again.'
    echo 'Building the agent (the first time Maven downloads its dependencies: some minutes) ...' >&2
    local log=$root/agent/target/try-build.log
    mkdir -p "$root/agent/target"
    if ! (cd "$root" && mvn -q -pl agent -am package -Dmaven.test.skip=true) >"$log" 2>&1 </dev/null; then
        if grep -q 'Cannot find matching toolchain' "$log"; then
            fail 'no JDK 25 was found: install one (such as Temurin 25, or Debian'\''s openjdk-25-jdk-headless), or set JAVA_HOME to it, and run this again.'
        fi
        cat "$log" >&2
        fail "the build failed; its output is above and in $log"
    fi
}

up_to_date || build
exec "$launcher" try "$@"
