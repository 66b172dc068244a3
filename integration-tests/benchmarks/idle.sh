#!/usr/bin/env bash
# Measures the packaged daemon when there is nothing to do, over plain HTTP and mutual TLS: start to
# first poll, resident memory, processor time. Needs python3 and openssl; README.md says more.
#
# usage: idle.sh [OPTION VALUE]...     idle.sh --help lists them
set -euo pipefail
exec python3 "$(dirname -- "${BASH_SOURCE[0]}")/idle.py" "$@"
