# What NixOS's does, in its order, as far as it can be told from outside. The lines before set `system`,
# `network` (up, down), `exit_code` (of the checks before anything is touched) and `restarts_agent` (1 or empty).
#
# A test stops it at a point by /run/nixfleet-test/hold-POINT, and sees that it is there by reached-POINT.
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
action=${1-}
state=/run/nixfleet-test
units=/run/systemd/system

hold() {
    : >"$state/reached-$1"
    while [ -e "$state/hold-$1" ]; do sleep 0.1; done
}

case $action in
    switch | boot | test | dry-activate) ;;
    *)
        echo "Usage: $0 [switch|boot|test|dry-activate]" >&2
        exit 1
        ;;
esac
if [ ! -e /etc/NIXOS ]; then
    echo 'This is not a NixOS installation!' >&2
    exit 1
fi
mkdir -p /run/nixos "$state" "$units" /var/lib/nixfleet-test
exec 9>>/run/nixos/switch-to-configuration.lock
if ! flock --exclusive --nonblock 9; then
    echo 'Could not acquire lock' >&2
    exit 1
fi
echo "begin $action $system" >>/var/lib/nixfleet-test/actions
trap 'echo "end $action $system $?" >>/var/lib/nixfleet-test/actions' EXIT

if [ "$exit_code" -ne 0 ]; then
    echo 'Pre-switch checks failed' >&2
    exit "$exit_code"
fi
if [ "$action" = dry-activate ]; then
    echo "would activate the configuration of $system"
    for unit in "$system"/etc/systemd/system/*.service; do
        [ ! -e "$unit" ] || echo "would start the following units: ${unit##*/}"
    done
    exit 0
fi
if [ "$action" != test ]; then
    echo 'updating the boot loader...'
    echo "$system" >/boot/default.new
    sync /boot/default.new
    mv /boot/default.new /boot/default
    [ "$action" != boot ] || exit 0
fi
hold begin

for unit in "$units"/*.service; do
    case $(readlink "$unit") in
        /nix/store/*)
            if [ ! -e "$system/etc/systemd/system/${unit##*/}" ]; then
                echo "stopping the following units: ${unit##*/}"
                systemctl stop "${unit##*/}"
                rm -f "$unit"
            fi
            ;;
    esac
done

echo 'activating the configuration...'
ln -sfn "$system" /run/current-system.new
mv -T /run/current-system.new /run/current-system
hold activated

changed=
for unit in "$system"/etc/systemd/system/*.service; do
    [ -e "$unit" ] || continue
    name=${unit##*/}
    file=$(readlink -f "$unit")
    if [ "$(readlink "$units/$name")" != "$file" ] || ! systemctl --quiet is-active "$name"; then
        ln -sfn "$file" "$units/$name"
        changed="$changed $name"
    fi
done
# Docker names the interface anew when a host comes back to its network.
for link in /sys/class/net/eth*; do
    ip link set "${link##*/}" "$network"
done
systemctl daemon-reload
failed=
if [ -n "$restarts_agent" ]; then
    changed="$changed nixfleet-agent.service"
fi
for name in $changed; do
    echo "restarting the following units: $name"
    systemctl reset-failed "$name" 2>/dev/null
    systemctl restart "$name" 9>&- || failed="$failed $name"
done
hold units
if [ -n "$failed" ]; then
    echo "warning: the following units failed:$failed" >&2
    exit 4
fi
