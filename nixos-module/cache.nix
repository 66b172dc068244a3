# Hosts that take paths from the fleet's cache.
{ config, lib, ... }:
let
  cfg = config.services.nixfleet-cache;
  inherit (lib) mkOption types;
  keys = [ cfg.publicKey ] ++ cfg.extraPublicKeys;
  # A name, a colon and the 32 bytes of an Ed25519 key.
  isKey = key: builtins.match "[^:[:space:]]+:[A-Za-z0-9+/]{43}=" key != null;
in
{
  options.services.nixfleet-cache = {
    enable = lib.mkEnableOption "the fleet's binary cache as a substituter of this host";

    cacheUrl = mkOption {
      type = types.str;
      example = "http://cache.fleet.example.com:5000";
      description = "URL of the fleet's cache. Nix asks it before cache.nixos.org.";
    };

    publicKey = mkOption {
      type = types.str;
      example = "cache.fleet.example.com:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
      description = "The key that it signs with, as `name:base64`.";
    };

    extraPublicKeys = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Further keys to trust, such as the next one while keys are changed.";
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = map (key: {
      assertion = isKey key;
      message = ''
        services.nixfleet-cache: '${key}' is no public key of a cache. It is the one line of the file that
        `nix-store --generate-binary-cache-key` made as public key, `name:base64`.
      '';
    }) keys;

    nix.settings = {
      substituters = lib.mkBefore [ cfg.cacheUrl ];
      trusted-public-keys = lib.mkBefore keys;
    };
  };
}
