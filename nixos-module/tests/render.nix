# The units and files that the agent's module makes, for a host that is no NixOS.
#
# settings: those of services.nixfleet-agent, as JSON; package: where the agent is there.
{ settings, package }:
let
  own = builtins.getEnv "NIXPKGS_LIB";
  lib = if own == "" then import ./stand-in/lib.nix else import (/. + own);
  at = name: outPath: {
    type = "derivation";
    inherit name outPath;
  };
  # In the order of such a host's PATH.
  pkgs = {
    nix = at "nix" "/usr/local";
    systemd = at "systemd" "/usr";
    openssh = at "openssh" "/usr";
  };

  config =
    (lib.evalModules {
      modules = [
        ./stand-in/nixos.nix
        ../agent.nix
        {
          services.nixfleet-agent = builtins.fromJSON settings // {
            enable = true;
            package = at "nixfleet-agent" package;
          };
        }
      ];
      specialArgs = { inherit pkgs; };
    }).config;
  unit = import ./stand-in/unit.nix { inherit lib; };
  refused = map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
in
if refused != [ ] then
  throw (lib.concatStringsSep "\n" refused)
else
  lib.mapAttrs' (name: service: {
    name = "/etc/systemd/system/${name}.service";
    value = unit name service;
  }) config.systemd.services
  // lib.mapAttrs' (name: file: {
    name = "/etc/${name}";
    value = file.text;
  }) config.environment.etc
