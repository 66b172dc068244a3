#!/usr/bin/env bash
# Takes Nix out of a Debian of its own, to run in another one:
#
#     nix.sh ROOT VERSION LAYER     the Nix of ROOT, of a version such as 2.34, into the folder LAYER
#
# /usr/bin/nix and the links to it, as in ROOT, with all libraries and the dynamic linker that it names in
# /opt/nix-VERSION. The program itself says where they are, so that its processes look as any Nix's do.
set -euo pipefail

root=${1:?usage: nix.sh ROOT VERSION LAYER}
version=${2:?usage: nix.sh ROOT VERSION LAYER}
layer=${3:?usage: nix.sh ROOT VERSION LAYER}
home=/opt/nix-$version

# Nix reads /proc, which is mounted for this command only.
found=$(unshare --mount --propagation private sh -c \
    'mount -t proc proc "$1/proc" && exec chroot "$1" /usr/bin/nix --version' sh "$root")
if [[ $found != "nix (Nix) $version."* ]]; then
    echo "nix.sh: in $root is '$found', not Nix $version" >&2
    exit 1
fi

mkdir -p "$layer$home" "$layer/usr/bin" "$layer/usr/libexec"
cp --archive "$root"/usr/bin/nix* "$layer/usr/bin/"
cp --archive "$root/usr/libexec/nix" "$layer/usr/libexec/"

linker=$(patchelf --print-interpreter "$root/usr/bin/nix")
cp --dereference "$root$linker" "$layer$home/"
chroot "$root" "$linker" --list /usr/bin/nix | awk '$2 == "=>" { print $3 }' | while read -r library; do
    cp --dereference "$root$library" "$layer$home/"
done
# DT_RPATH, not DT_RUNPATH: it holds for what the libraries want as well.
patchelf --set-interpreter "$home/${linker##*/}" --force-rpath --set-rpath "$home" "$layer/usr/bin/nix"
