# A system as NixOS builds them, as far as a deploy agent can tell: a top level with its switch-to-configuration,
# its etc with the units in it, and configuration files to be fetched besides. `recipe` is a JSON file, written
# by io.nixfleet.it.host.Recipe.
{ recipe }:
let
  inherit (builtins.fromJSON (builtins.readFile recipe)) label payload health units network exitCode nixos restartsAgent;

  shell = text: attrs: derivation ({
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" ("PATH=/usr/bin:/bin; set -e; " + text) ];
  } // attrs);

  # What differs between any two systems, so that there is always something to fetch.
  files = builtins.genList (i: shell ''
    mkdir -p $out
    yes "$name $label" | head -c $payload > $out/config
  '' { name = "etc-file-${toString i}"; inherit label payload; }) 3;

  web = builtins.toFile "nginx.conf" ''
    daemon off; user root; pid /run/web.pid; error_log stderr;
    events { }
    http {
      access_log off;
      server { listen 127.0.0.1:8080; location / { return ${toString health} "${label}\n"; } }
    }
  '';
  webUnit = ''
    [Service]
    Type=exec
    Environment=SYSTEM=${label}
    ExecStart=/usr/sbin/nginx -c ${web}
  '';
  allUnits = units // (if health == 0 then { } else { "web.service" = webUnit; });

  etc = shell ''
    mkdir -p $out/etc/systemd/system $out/etc/files
    i=0
    for unit in $unitFiles; do
      i=$((i + 1))
      ln -s $unit $out/etc/systemd/system/$(echo $unitNames | cut -d ' ' -f $i)
    done
    for file in $files; do ln -s $file $out/etc/files/''${file##*-}; done
  '' {
    name = "etc";
    inherit files;
    unitNames = builtins.attrNames allUnits;
    unitFiles = map (name: builtins.toFile "unit-${name}" (builtins.getAttr name allUnits))
      (builtins.attrNames allUnits);
  };
in shell ''
  mkdir -p $out
  ln -s $etc/etc $out/etc
  echo "25.11.test-$label" > $out/nixos-version
  echo "$system" > $out/system
  if [ -n "$nixos" ]; then
    mkdir $out/bin
    {
      echo '#!/bin/sh'
      echo "system=$out network=$network exit_code=$exitCode restarts_agent=$restartsAgent"
      cat $script
    } > $out/bin/switch-to-configuration
    chmod 755 $out/bin/switch-to-configuration
  fi
'' {
  name = "nixos-system-host-25.11.${label}";
  script = ./switch-to-configuration.sh;
  inherit etc label network nixos exitCode restartsAgent;
}
