#!/usr/bin/env bash
# Evaluates the modules in all cases of the tests, and says which go wrong. Needs nix-instantiate.
#
# usage: run.sh            NIXPKGS_LIB=/path/to/nixpkgs/lib run.sh
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
result=$(nix-instantiate --eval --strict --json default.nix)
if [ "${result#*'"failures":[]'}" = "$result" ]; then
    printf '%s\n' "$result" >&2
    exit 1
fi
printf '%s\n' "$result"
