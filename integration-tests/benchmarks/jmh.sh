#!/usr/bin/env bash
# Measures the hot parts of a fetch by JMH, each by itself, with what they allocate: NAR, nixbase32, narinfo,
# signatures, the daemon's wire, decompressors. The JVM has the flags of the package. Needs what the build needs.
#
# usage: jmh.sh [JMH OPTION]... [REGEX]...
#   jmh.sh                            all 30, some 10 s each, after the build
#   jmh.sh -f 3 'NarInfo|Signature'   some, by the names of classes and methods, in three JVMs each
#   jmh.sh -p references=100 Wire     some of the parameters
#   jmh.sh -jvmArgsAppend -XX:TieredStopAtLevel=4    with the optimizing compiler, which the package leaves out
#   jmh.sh -h                         all options of JMH
#
# Defaults: -f 1 -wi 3 -w 1 -i 5 -r 1 -prof gc
set -euo pipefail

project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd -- "$project"

arguments=("$@")
unless_given() {
    local argument
    for argument in "${arguments[@]}"; do
        [[ $argument != "$1" ]] || return 0
    done
    arguments=("$@" "${arguments[@]}")
}
unless_given -f 1
unless_given -wi 3
unless_given -w 1
unless_given -i 5
unless_given -r 1
unless_given -prof gc
# As the launcher has them; Maven starts JMH in integration-tests/.
unless_given -jvmArgs '@../agent/src/package/jvm.options -Xmx96m'

# A file of arguments of `java`: Maven would part the arguments at their blanks.
mkdir -p integration-tests/target
{
    echo org.openjdk.jmh.Main
    for argument in "${arguments[@]}"; do
        argument=${argument//\\/\\\\}
        printf '"%s"\n' "${argument//\"/\\\"}"
    done
} >integration-tests/target/jmh.arguments
exec mvn -q process-test-classes -pl integration-tests -am -Pjmh
