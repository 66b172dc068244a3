# A system-like closure made of this machine's own files: `packages` big paths that copy lists of files and
# need one another, `configs` small ones, and a top level. Another `rev` changes the first `changed` small
# paths and the top level, as a usual deploy does.
{ packages, configs, rev, changed }:
let
  shell = text: attrs: derivation ({
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" ("PATH=/usr/bin:/bin; set -e; " + text) ];
  } // attrs);

  numbers = builtins.genList (i: i);
  mod = a: b: a - (a / b) * b;

  lists = builtins.fromJSON (builtins.readFile packages);
  count = builtins.length lists;
  big = builtins.genList (i: shell ''
    mkdir -p $out/share $out/nix-support
    tar -C / --no-recursion --mode=ug-s -cf - -T $list | tar -C $out/share -xf -
    echo $refs > $out/nix-support/references
  '' {
    name = "package-${toString i}-1.${toString i}";
    list = builtins.toFile "files" (builtins.elemAt lists i);
    # Up to three earlier packages: a graph as deep as it is wide.
    refs = builtins.map (step: builtins.elemAt big (i - step))
      (builtins.filter (step: step <= i) [ 1 (3 + mod i 5) (7 + mod i 11) ]);
  }) count;

  small = builtins.map (i: shell ''
    mkdir -p $out
    i=0; while [ $i -lt $lines ]; do echo "option-$i = $name $revision"; i=$((i+1)); done > $out/config
    echo $ref >> $out/config
  '' {
    name = "etc-${toString i}";
    lines = 20 + mod (i * 7919) 400;
    revision = if i < changed then rev else 0;
    ref = builtins.elemAt big (mod (i * 31) count);
  }) (numbers configs);
in shell ''
  mkdir -p $out/bin
  echo $big $small > $out/references
  echo "rev $revision" > $out/nixos-version
  printf '#!/bin/sh\necho "$0 $@"\n' > $out/bin/switch-to-configuration
  chmod +x $out/bin/switch-to-configuration
'' { name = "nixos-system-test-25.11"; inherit big small; revision = rev; }
