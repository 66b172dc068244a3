#!/usr/bin/env bash
# The commands that build and tests call, and the Debian packages that bring them:
#
#     needs.sh            the packages of missing commands, one a line
#     needs.sh install    installs these (Debian, root) and starts none of their services
#
# With NIXFLEET_SKIP_CONTAINERS=1 they are those without the tests of hosts in containers.
set -euo pipefail

needs=(
    mvn:maven nix:nix-bin nix-store:nix-bin nginx:nginx-light openssl:openssl zstd:zstd xz:xz-utils brotli:brotli
    bzip2:bzip2 /usr/bin/time:time python3:python3 flock:util-linux unshare:util-linux chroot:coreutils
    sshd:openssh-server ssh:openssh-client pgrep:procps git:git
    zsh:zsh fish:fish mandoc:mandoc
    prometheus:prometheus promtool:prometheus chromium:chromium
)
# What the hosts under test want besides.
of_containers=(
    dockerd:docker.io docker:docker.io debootstrap:debootstrap ip:iproute2 iptables:iptables patchelf:patchelf
)

[[ -n ${NIXFLEET_SKIP_CONTAINERS-} ]] || needs+=("${of_containers[@]}")

# Debian has nginx in /usr/sbin, which is not on every PATH.
PATH=$PATH:/usr/sbin:/sbin

missing() {
    local need
    for need in "${needs[@]}"; do
        command -v "${need%%:*}" >/dev/null || printf '%s\n' "${need#*:}"
    done | sort -u
}

if [[ ${1-} != install ]]; then
    missing
    exit
fi
mapfile -t packages < <(missing)
if ((${#packages[@]} == 0)); then
    echo 'Nothing is missing.'
    exit
fi
echo "Installing ${packages[*]}"
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    # Debian starts a service right after its installation unless this file forbids it.
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq --yes --no-install-recommends install "${packages[@]}"
