# The options of NixOS that a test on virtual machines touches besides.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  anything = mkOption {
    type = types.attrsOf types.anything;
    default = { };
  };
in
{
  options = {
    virtualisation = anything;
    networking.interfaces = anything;
    system.switch = anything;
    system.extraDependencies = mkOption {
      type = types.listOf types.package;
      default = [ ];
    };
    system.build.toplevel = mkOption {
      type = types.package;
      default = derivation {
        name = "nixos-system-${config.networking.hostName}";
        system = pkgs.stdenv.hostPlatform.system;
        builder = "/bin/false";
        etc = builtins.toJSON config.environment.etc;
      };
    };
  };
}
