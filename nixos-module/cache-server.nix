# The fleet's cache: harmonia, by nixpkgs' own module.
{
  config,
  lib,
  options,
  ...
}:
let
  cfg = config.services.nixfleet-cache-server;
  inherit (lib) mkOption types;
  secrets = import ./secrets.nix { inherit lib; };
  agent = config.services.nixfleet-agent or { };

  harmonia = {
    enable = true;
    signKeyPaths = [ (secrets.text cfg.signingKeyFile) ];
    settings.bind = "[::]:${toString cfg.port}";
  };
  known = options.services ? harmonia;
  # nixpkgs moved the cache's options there when harmonia got a daemon of its own.
  nested = known && options.services.harmonia ? cache;

  taken =
    lib.optional (agent.enable or false && agent.metricsPort or null == cfg.port)
      "services.nixfleet-agent.metricsPort"
    ++ lib.optional (
      agent.enable or false
      && agent.listen.address or null != null
      && lib.hasSuffix ":${toString cfg.port}" agent.listen.address
    ) "services.nixfleet-agent.listen.address";
in
{
  options.services.nixfleet-cache-server = {
    enable = lib.mkEnableOption "the fleet's binary cache, served by harmonia from this host's store";

    port = mkOption {
      type = types.port;
      default = 5000;
      description = "Where it listens.";
    };

    openFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "Open that port in the firewall.";
    };

    signingKeyFile = mkOption {
      type = secrets.type;
      example = "/run/secrets/cache-signing-key";
      description = ''
        The secret key of `nix-store --generate-binary-cache-key`, as a string. systemd hands it to
        harmonia, so root alone need be able to read it.
      '';
    };
  };

  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      {
        assertions =
          secrets.assertions "services.nixfleet-cache-server.signingKeyFile" cfg.signingKeyFile
          ++ map (option: {
            assertion = false;
            message = ''
              services.nixfleet-cache-server.port: ${option} takes port ${toString cfg.port}, too. Give one of
              them another.
            '';
          }) taken
          ++ [
            {
              assertion = known;
              message = ''
                services.nixfleet-cache-server needs services.harmonia, which this nixpkgs does not have.
              '';
            }
          ];

        # What is built here is signed as it is served.
        nix.settings.secret-key-files = [ (secrets.text cfg.signingKeyFile) ];

        networking.firewall.allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];
      }
      (lib.optionalAttrs nested { services.harmonia.cache = harmonia; })
      (lib.optionalAttrs (known && !nested) { services = { inherit harmonia; }; })
    ]
  );
}
