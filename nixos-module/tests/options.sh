#!/usr/bin/env bash
# Prints the table of all options of the modules; `options.sh > ../OPTIONS.md` brings it up to date.
# Needs nix-instantiate and python3.
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
nix-instantiate --eval --strict --json options.nix |
    python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin))'
