# The options of NixOS that the modules touch, with its types and defaults.
{ lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  list = type: mkOption {
    type = types.listOf type;
    default = [ ];
  };
  text = mkOption {
    type = types.str;
    default = "";
  };
in
{
  options = {
    assertions = list types.unspecified;
    warnings = list types.str;

    networking.hostName = mkOption {
      type = types.str;
      default = "nixos";
    };
    networking.firewall.allowedTCPPorts = list types.port;

    environment.systemPackages = list types.package;
    environment.etc = mkOption {
      type = types.attrsOf (types.submodule { options.text = text; });
      default = { };
    };

    nix.package = mkOption {
      type = types.package;
      default = pkgs.nix;
    };
    nix.settings = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf types.anything;
        options.substituters = mkOption { type = types.listOf types.str; };
        options.trusted-public-keys = mkOption { type = types.listOf types.str; };
      };
      default = { };
    };

    systemd.package = mkOption {
      type = types.package;
      default = pkgs.systemd;
    };
    systemd.services = mkOption {
      type = types.attrsOf (
        types.submodule {
          options = {
            description = text;
            documentation = list types.str;
            wantedBy = list types.str;
            requiredBy = list types.str;
            wants = list types.str;
            after = list types.str;
            before = list types.str;
            path = list types.package;
            script = text;
            environment = mkOption {
              type = types.attrsOf types.str;
              default = { };
            };
            unitConfig = mkOption {
              type = types.attrsOf types.anything;
              default = { };
            };
            serviceConfig = mkOption {
              type = types.attrsOf types.anything;
              default = { };
            };
            restartIfChanged = mkOption {
              type = types.bool;
              default = true;
            };
            stopIfChanged = mkOption {
              type = types.bool;
              default = true;
            };
          };
        }
      );
      default = { };
    };
  };

  config.nix.settings = {
    substituters = lib.mkAfter [ "https://cache.nixos.org/" ];
    trusted-public-keys = [ "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=" ];
  };
}
