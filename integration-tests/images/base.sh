#!/usr/bin/env bash
# Makes the root of a host under test, Debian 12 with systemd 252 as init and Nix 2.8 with its daemon, dressed
# up as NixOS: a boot brings up the system that /boot/default names.
#
#     base.sh ROOT FOLDER     its packages cached in FOLDER/archives
#
# Needs Debian and root.
set -euo pipefail

root=${1:?usage: base.sh ROOT FOLDER}
folder=${2:?usage: base.sh ROOT FOLDER}

fail() {
    printf 'base.sh: %s\n' "$1" >&2
    exit 1
}

# The Debian archive in this machine's own apt configuration.
mirror() {
    local format='$(REPO_URI)' wanted=('Created-By: Packages' 'Origin: Debian' 'Label: Debian') uris
    uris=$(apt-get indextargets --format "$format" "${wanted[@]}")
    if [[ -z $uris ]]; then
        timeout 300 apt-get -qq update >&2
        uris=$(apt-get indextargets --format "$format" "${wanted[@]}")
    fi
    [[ -n $uris ]] || fail "this machine's apt has no source of the Debian archive: add one to /etc/apt"
    head -n 1 <<<"$uris"
}

# libdbi-perl by name: debootstrap does not see that it provides what libdbd-sqlite3-perl of Nix wants.
packages=(
    systemd systemd-sysv dbus nix-bin nix-setup-systemd libdbi-perl
    util-linux iproute2 procps strace nginx-light curl ca-certificates
)

mkdir -p "$folder/archives"
uri=$(mirror)
# What it mounts is gone with it, however it ends.
unshare --mount --propagation private \
    debootstrap --variant=minbase --cache-dir="$folder/archives" \
    --include="$(IFS=,; echo "${packages[*]}")" bookworm "$root" "$uri" >"$folder/debootstrap.log" 2>&1 || {
    tail -n 10 "$folder/debootstrap.log" >&2
    grep -A 5 -E '^(dpkg: (error|dependency)|E:)' "$root/debootstrap/debootstrap.log" | head -n 40 >&2 || true
    fail "debootstrap failed; all of its output is in $folder/debootstrap.log"
}
# What a container has no use for, and nginx of the package: the systems under test bring their own.
for unit in nginx.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service \
    systemd-networkd.service systemd-resolved.service getty@tty1.service getty.target \
    systemd-logind.service console-getty.service logrotate.timer; do
    ln -sfn /dev/null "$root/etc/systemd/system/$unit"
done
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/*
: >"$root/etc/machine-id"
ln -sfn /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"

# switch-to-configuration wants it, here as on NixOS.
: >"$root/etc/NIXOS"
mkdir -p "$root/boot" "$root/nix/var/nix/profiles" "$root/etc/nixfleet" "$root/usr/lib/nixfleet-test"

# What the boot loader and stage 2 of NixOS do between them. The units are started by a later service,
# since systemd reads /run/systemd/system anew only when told.
cat >"$root/usr/lib/nixfleet-test/stage-2" <<'STAGE2'
#!/bin/sh
set -eu
[ -s /boot/default ] || exit 0
system=$(cat /boot/default)
ln -sfn "$system" /run/current-system
ln -sfn "$system" /run/booted-system
mkdir -p /run/systemd/system
for unit in "$system"/etc/systemd/system/*.service; do
    [ ! -e "$unit" ] || ln -sfn "$(readlink -f "$unit")" "/run/systemd/system/${unit##*/}"
done
systemctl daemon-reload
for unit in "$system"/etc/systemd/system/*.service; do
    [ ! -e "$unit" ] || systemctl --no-block start "${unit##*/}"
done
STAGE2
chmod 755 "$root/usr/lib/nixfleet-test/stage-2"
cat >"$root/etc/systemd/system/stage-2.service" <<'UNIT'
[Unit]
Description=Bring up the system of the boot loader's default entry
Before=nixfleet-agent.service

[Service]
Type=oneshot
RemainAfterExit=true
ExecStart=/usr/lib/nixfleet-test/stage-2

[Install]
WantedBy=multi-user.target
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sfn ../stage-2.service "$root/etc/systemd/system/multi-user.target.wants/stage-2.service"

# The roots that NixOS gives what runs.
mkdir -p "$root/nix/var/nix/gcroots"
ln -sfn /run/current-system "$root/nix/var/nix/gcroots/current-system"
ln -sfn /run/booted-system "$root/nix/var/nix/gcroots/booted-system"

# Kept over a reboot, as a host's journal is.
mkdir -p "$root/var/log/journal"
[[ $(chroot "$root" dpkg-query -W -f '${Version}' systemd) == 252.* ]] || fail 'the systemd of bookworm is not 252'
[[ $(chroot "$root" dpkg-query -W -f '${Version}' nix-bin) == 2.8.* ]] || fail 'the Nix of bookworm is not 2.8'
