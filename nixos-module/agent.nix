# The agent: what the control plane wants of this host, fetched, activated, checked, undone if need be.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.services.nixfleet-agent;
  inherit (lib) mkOption types;
  secrets = import ./secrets.nix { inherit lib; };

  seconds = types.ints.positive;
  orNull = type: types.nullOr type;
  secret = orNull secrets.type;
  secretText = path: if path == null then null else secrets.text path;

  # Certificates are for everybody to see: a Nix path brings them along in the store.
  certificate = orNull (types.either types.str types.path);
  certificateText = path: if builtins.isPath path then "${path}" else path;

  # The cache that this host takes paths from anyway, where its module is in use.
  fleetCache = config.services.nixfleet-cache or { };
  fleetCacheUrl = if fleetCache.enable or false then fleetCache.cacheUrl or null else null;

  healthFile = "nixfleet/health-checks.json";
  stateDirectory = "/var/lib/nixfleet";

  # What systemd would take for a specifier or a variable is meant as it stands.
  quoted = word: builtins.replaceStrings [ "%" "$" ] [ "%%" "$$" ] (builtins.toJSON word);

  flag = name: value: lib.optionals (value != null) [ "--${name}" (toString value) ];
  switch = name: value: lib.optional value "--${name}";
  each = name: lib.concatMap (flag name);

  command =
    [ "${cfg.package}/bin/nixfleet-agent" ]
    ++ flag "control-plane-url" cfg.controlPlaneUrl
    ++ flag "machine-id" cfg.machineId
    ++ flag "poll-interval" cfg.pollInterval
    ++ flag "retry-interval" cfg.retryInterval
    ++ flag "cache-url" cfg.cacheUrl
    ++ each "extra-cache-url" cfg.extraCacheUrls
    ++ each "trusted-public-key" cfg.trustedPublicKeys
    ++ each "trusted-public-keys-file" cfg.trustedPublicKeysFiles
    ++ switch "allow-trusted-caches" cfg.allowTrustedCaches
    ++ flag "netrc-file" (secretText cfg.netrcFile)
    ++ flag "token-file" (secretText cfg.tokenFile)
    ++ flag "max-window" cfg.maxWindow
    ++ switch "air-gapped" cfg.airGapped
    ++ flag "db-path" cfg.dbPath
    ++ switch "dry-run" cfg.dryRun
    ++ switch "allow-insecure" cfg.allowInsecure
    ++ flag "ca-cert" (certificateText cfg.tls.caCert)
    ++ flag "client-cert" (certificateText cfg.tls.clientCert)
    ++ flag "client-key" (secretText cfg.tls.clientKey)
    ++ flag "health-config" "/etc/${healthFile}"
    ++ flag "health-interval" cfg.healthInterval
    ++ flag "settle-time" cfg.settleTime
    ++ flag "verify-timeout" cfg.verifyTimeout
    ++ flag "confirm-timeout" cfg.confirmTimeout
    ++ switch "tolerate-failed-units" cfg.tolerateFailedUnits
    ++ flag "boot-floor" cfg.bootFloor
    ++ flag "tags" (if cfg.tags == [ ] then null else lib.concatStringsSep "," cfg.tags)
    ++ flag "metrics-port" cfg.metricsPort
    ++ flag "listen" cfg.listen.address
    ++ each "listen-allow" cfg.listen.allow
    ++ flag "listen-cert" (certificateText cfg.listen.cert)
    ++ flag "listen-key" (secretText cfg.listen.key)
    ++ flag "log-level" cfg.logLevel
    ++ cfg.extraFlags;

  # The port of HOST:PORT; null where there is none.
  listenPort =
    let
      found = builtins.match ".*:([0-9]{1,5})" cfg.listen.address;
    in
    if cfg.listen.address == null || found == null then null else lib.toInt (builtins.head found);

  anyCheck = cfg.healthChecks.systemd ++ cfg.healthChecks.http ++ cfg.healthChecks.command != [ ];
in
{
  options.services.nixfleet-agent = {
    enable = lib.mkEnableOption "the deploy agent of a NixOS fleet";

    package = mkOption {
      type = types.package;
      default = pkgs.nixfleet-agent or (pkgs.callPackage ./package.nix { });
      defaultText = lib.literalExpression "pkgs.nixfleet-agent, or what package.nix builds";
      description = "The agent.";
    };

    controlPlaneUrl = mkOption {
      type = types.str;
      example = "https://fleet.example.com";
      description = "URL of the control plane.";
    };

    machineId = mkOption {
      type = types.str;
      default = config.networking.hostName;
      defaultText = lib.literalExpression "config.networking.hostName";
      description = "This host's name there: the CN of its client certificate.";
    };

    pollInterval = mkOption {
      type = seconds;
      default = 60;
      description = "Seconds between polls. The control plane asks for quicker ones during a rollout.";
    };

    retryInterval = mkOption {
      type = seconds;
      default = 30;
      description = "Seconds to the next poll after a failed one; doubles up to five minutes.";
    };

    cacheUrl = mkOption {
      type = orNull types.str;
      default = fleetCacheUrl;
      defaultText = lib.literalExpression "config.services.nixfleet-cache.cacheUrl, if that is enabled";
      example = "http://cache.fleet.example.com:5000";
      description = ''
        The cache of deployments that name none. Without any, a system must be in the store already.
      '';
    };

    extraCacheUrls = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "https://second.example.com" ];
      description = "Caches that are asked besides that one.";
    };

    trustedPublicKeys = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Keys to trust besides those of `nix.settings.trusted-public-keys`.";
    };

    trustedPublicKeysFiles = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Files of such keys, read for each fetch.";
    };

    allowTrustedCaches = mkOption {
      type = types.bool;
      default = false;
      description = "Let `?trusted=1` in a cache's URL count: what it serves is taken unsigned.";
    };

    netrcFile = mkOption {
      type = secret;
      default = null;
      example = "/run/secrets/netrc";
      description = "Logins for caches, in place of the `netrc-file` of nix.conf.";
    };

    tokenFile = mkOption {
      type = secret;
      default = null;
      example = "/run/secrets/attic-token";
      description = "A bearer token for the caches that are named here; read for each fetch.";
    };

    maxWindow = mkOption {
      type = types.ints.between 8 64;
      default = 32;
      description = "Memory in MiB that the decompressor of one NAR may take; `xz -9` needs 64.";
    };

    airGapped = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Never take what the caches lack from the system's own substituters: the fleet's cache has whole
        closures.
      '';
    };

    dbPath = mkOption {
      type = types.str;
      default = "${stateDirectory}/state.db";
      description = "The agent's state: an SQLite database.";
    };

    dryRun = mkOption {
      type = types.bool;
      default = false;
      description = "Fetch and report, but never apply.";
    };

    allowInsecure = mkOption {
      type = types.bool;
      default = false;
      description = "Allow a control plane over http://, for tests.";
    };

    tags = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "web"
        "prod"
      ];
      description = "This host's tags at the control plane.";
    };

    healthInterval = mkOption {
      type = seconds;
      default = 60;
      description = "Seconds between health reports.";
    };

    tls = {
      caCert = mkOption {
        type = certificate;
        default = null;
        example = "/run/secrets/fleet-ca.pem";
        description = "Certificate authorities in PEM, besides the system's.";
      };

      clientCert = mkOption {
        type = certificate;
        default = null;
        example = "/run/secrets/agent-cert.pem";
        description = "This host's certificate in PEM; read again when it changes.";
      };

      clientKey = mkOption {
        type = secret;
        default = null;
        example = "/run/secrets/agent-key.pem";
        description = "Its key in PEM; read again when it changes.";
      };
    };

    metricsPort = mkOption {
      type = orNull types.port;
      default = null;
      example = 9101;
      description = "Port of a status page for people at `/`, and of `/metrics`, `/healthz`, `/readyz`, `/v1/status` and `/v1/history`; null for none.";
    };

    metricsOpenFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "Open that port in the firewall.";
    };

    listen = {
      address = mkOption {
        type = orNull types.str;
        default = null;
        example = "[::]:9443";
        description = "Take pushed deployments at this host and port, over HTTPS with client certificates.";
      };

      allow = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "deployer.example.com" ];
        description = "Certificate names, CN or DNS name, that may push.";
      };

      cert = mkOption {
        type = certificate;
        default = null;
        description = "The listener's certificate in PEM; null for `tls.clientCert`.";
      };

      key = mkOption {
        type = secret;
        default = null;
        description = "Its key in PEM; null for `tls.clientKey`.";
      };

      openFirewall = mkOption {
        type = types.bool;
        default = false;
        description = "Open the port of `address` in the firewall.";
      };
    };

    healthChecks = {
      systemd = mkOption {
        type = types.listOf (
          types.submodule {
            options.units = mkOption {
              type = types.listOf types.str;
              example = [ "nginx.service" ];
              description = "Units that must be active.";
            };
          }
        );
        default = [ ];
        description = "Checks of systemd units.";
      };

      http = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              url = mkOption {
                type = types.str;
                example = "http://localhost:8080/health";
                description = "URL to GET.";
              };

              interval = mkOption {
                type = seconds;
                default = 5;
                description = "Seconds between checks, for agents that check each at its own pace.";
              };

              timeout = mkOption {
                type = seconds;
                default = 3;
                description = "Seconds to the answer.";
              };

              expectedStatus = mkOption {
                type = types.ints.between 100 599;
                default = 200;
                description = "HTTP status that is well.";
              };
            };
          }
        );
        default = [ ];
        description = "Checks of HTTP servers.";
      };

      command = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              name = mkOption {
                type = types.str;
                description = "Name of the check in reports and metrics.";
              };

              command = mkOption {
                type = types.str;
                description = "Run by `/bin/sh -c`; exit code 0 is well.";
              };

              interval = mkOption {
                type = seconds;
                default = 10;
                description = "Seconds between checks, for agents that check each at its own pace.";
              };

              timeout = mkOption {
                type = seconds;
                default = 5;
                description = "Seconds to its end.";
              };
            };
          }
        );
        default = [ ];
        description = "Checks by commands.";
      };
    };

    settleTime = mkOption {
      type = types.ints.unsigned;
      default = 5;
      description = "Seconds from a switch to the first health checks.";
    };

    verifyTimeout = mkOption {
      type = seconds;
      default = 120;
      description = "How many seconds health checks may fail before the system is rolled back.";
    };

    confirmTimeout = mkOption {
      type = types.ints.unsigned;
      default = 0;
      description = ''
        Roll back unless the control plane answers within so many seconds after a switch; 0 for never.
      '';
    };

    tolerateFailedUnits = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Go on to the health checks when a switch says that some units failed (exit code 4), instead of
        rolling back.
      '';
    };

    bootFloor = mkOption {
      type = types.ints.unsigned;
      default = 16;
      description = "Refuse to deploy when /boot has fewer MB left.";
    };

    logLevel = mkOption {
      type = types.enum [
        "error"
        "warn"
        "info"
        "debug"
      ];
      default = "info";
      description = "What is logged.";
    };

    jvmHeap = mkOption {
      type = types.strMatching "[0-9]+[kmg]";
      default = "96m";
      description = "The most heap that the agent's Java runtime may use.";
    };

    extraFlags = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Further options of the command.";
    };

    persistentStorage = mkOption {
      type = orNull types.str;
      default = "/persist";
      description = ''
        Where the impermanence module, if it is in use, keeps the agent's state over a reboot; null to
        leave that to other settings.
      '';
    };
  };

  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      {
        assertions =
          lib.concatMap (file: secrets.assertions "services.nixfleet-agent.${file.name}" file.path) [
            {
              name = "netrcFile";
              path = cfg.netrcFile;
            }
            {
              name = "tokenFile";
              path = cfg.tokenFile;
            }
            {
              name = "tls.clientKey";
              path = cfg.tls.clientKey;
            }
            {
              name = "listen.key";
              path = cfg.listen.key;
            }
          ]
          ++ [
            {
              assertion = cfg.allowInsecure || lib.hasPrefix "https://" cfg.controlPlaneUrl;
              message = ''
                services.nixfleet-agent.controlPlaneUrl is '${cfg.controlPlaneUrl}': deployments that others can
                read and change on their way. Use https://, or set allowInsecure in a test.
              '';
            }
            {
              assertion = (cfg.tls.clientCert == null) == (cfg.tls.clientKey == null);
              message = ''
                services.nixfleet-agent.tls: clientCert and clientKey belong together. Set both, or neither.
              '';
            }
            {
              assertion = (cfg.listen.cert == null) == (cfg.listen.key == null);
              message = "services.nixfleet-agent.listen: cert and key belong together. Set both, or neither.";
            }
            {
              assertion = cfg.machineId != "";
              message = ''
                services.nixfleet-agent.machineId is empty, as networking.hostName is. Set one of them to the
                CN of this host's certificate.
              '';
            }
            {
              assertion = lib.all (tag: builtins.match "[^,]+" tag != null) cfg.tags;
              message = "services.nixfleet-agent.tags: a tag is not empty and has no comma.";
            }
            {
              assertion = cfg.listen.address == null || listenPort != null;
              message = ''
                services.nixfleet-agent.listen.address is '${toString cfg.listen.address}'. It is a host and a
                port, as "[::]:9443".
              '';
            }
            {
              assertion = cfg.listen.address == null || cfg.listen.allow != [ ];
              message = ''
                services.nixfleet-agent.listen: nobody may push. Name in `allow` who may, by certificate.
              '';
            }
            {
              assertion =
                cfg.listen.address == null
                ||
                  cfg.tls.caCert != null
                  && (cfg.listen.cert != null || cfg.tls.clientCert != null);
              message = ''
                services.nixfleet-agent.listen needs tls.caCert, which signs those who may push, and a
                certificate of its own: listen.cert and listen.key, or those of tls.
              '';
            }
            {
              assertion = listenPort == null || listenPort != cfg.metricsPort;
              message = ''
                services.nixfleet-agent.metricsPort and listen.address have the same port. Give one another.
              '';
            }
            {
              assertion = cfg.metricsOpenFirewall -> cfg.metricsPort != null;
              message = ''
                services.nixfleet-agent.metricsOpenFirewall opens nothing: metricsPort is not set.
              '';
            }
            {
              assertion = cfg.listen.openFirewall -> cfg.listen.address != null;
              message = ''
                services.nixfleet-agent.listen.openFirewall opens nothing: listen.address is not set.
              '';
            }
          ];

        environment.systemPackages = [ cfg.package ];

        environment.etc.${healthFile} = lib.mkIf anyCheck {
          text = builtins.toJSON { inherit (cfg.healthChecks) systemd http command; };
        };

        networking.firewall.allowedTCPPorts =
          lib.optional (cfg.metricsOpenFirewall && cfg.metricsPort != null) cfg.metricsPort
          ++ lib.optional (cfg.listen.openFirewall && listenPort != null) listenPort;

        systemd.services.nixfleet-agent = {
          description = "NixFleet deploy agent";
          wantedBy = [ "multi-user.target" ];
          wants = [
            "network-online.target"
            "nix-daemon.socket"
          ];
          after = [
            "network-online.target"
            "nix-daemon.socket"
          ];

          # A switch that stopped the agent would stop the deployment that switches.
          restartIfChanged = false;
          stopIfChanged = false;

          # It may be what brings the host back to life: it never gives up to start.
          unitConfig.StartLimitIntervalSec = 0;

          # What it calls: Nix, systemd-run and systemctl, and ssh for caches of ssh://.
          path = [
            config.nix.package
            config.systemd.package
            pkgs.openssh
          ];

          environment = {
            HOME = "/root";
            # Of the Nix commands that it calls: kept on hosts that forget everything else.
            XDG_CACHE_HOME = "${stateDirectory}/.cache";
            # Root would write to the store itself; the daemon does.
            NIX_REMOTE = "daemon";
            NIXFLEET_AGENT_HEAP = cfg.jvmHeap;
          };

          serviceConfig = {
            Type = "notify";
            NotifyAccess = "main";
            ExecStart = lib.concatMapStringsSep " " quoted command;
            Restart = "always";
            RestartSec = 5;
            # Java's word for an end by SIGTERM.
            SuccessExitStatus = 143;
            # A wrong option, which no restart mends.
            RestartPreventExitStatus = 2;
            WatchdogSec = 60;
            TimeoutStartSec = 120;
            # It ends within five seconds, whatever it does.
            TimeoutStopSec = 30;
            KillMode = "mixed";
            StateDirectory = "nixfleet";
            StateDirectoryMode = "0700";
            RuntimeDirectory = "nixfleet-agent";
            RuntimeDirectoryMode = "0755";
            UMask = "0077";
            # Under memory pressure others go first: it is what can bring the system that needs less.
            OOMScoreAdjust = -500;

            # A switch runs in a unit of its own, which has none of these limits. They hold for the
            # agent, the Nix commands that it calls, and the commands of health checks. Lists are one
            # line each: after a line with ~, one without it would lift what it forbids.
            CapabilityBoundingSet = lib.concatStringsSep " " [
              "~CAP_AUDIT_CONTROL"
              "CAP_BPF"
              "CAP_MAC_ADMIN"
              "CAP_MAC_OVERRIDE"
              "CAP_MKNOD"
              "CAP_SYS_BOOT"
              "CAP_SYS_MODULE"
              "CAP_SYS_PACCT"
              "CAP_SYS_RAWIO"
              "CAP_SYS_TIME"
              "CAP_WAKE_ALARM"
            ];
            LockPersonality = true;
            NoNewPrivileges = true;
            ProtectClock = true;
            ProtectControlGroups = true;
            ProtectHostname = true;
            ProtectKernelLogs = true;
            ProtectKernelModules = true;
            ProtectKernelTunables = true;
            # /boot and /etc, too, are only read.
            ProtectSystem = "full";
            RestrictAddressFamilies = lib.concatStringsSep " " [
              "AF_UNIX"
              "AF_INET"
              "AF_INET6"
              "AF_NETLINK"
            ];
            RestrictNamespaces = true;
            RestrictRealtime = true;
            RestrictSUIDSGID = true;
            SystemCallArchitectures = "native";
            SystemCallFilter = lib.concatStringsSep " " [
              "~@clock"
              "@cpu-emulation"
              "@module"
              "@mount"
              "@obsolete"
              "@raw-io"
              "@reboot"
              "@swap"
            ];
            # Not here, and why:
            # - MemoryDenyWriteExecute: Java compiles as it runs.
            # - ProtectHome: root's ssh keys and known hosts are for caches of ssh://.
            # - PrivateTmp, PrivateDevices, ProtectProc: health checks look at the host as it is.
            # - PrivateNetwork, IPAddressDeny: the control plane and caches can be anywhere.
            # - User, PrivateUsers: profiles and switches are root's.
            # - ProtectSystem = "strict": Nix's profiles and roots are below /nix/var, and health
            #   checks may write where they like.
          };
        };
      }

      {
        # The switch starts this one anew when the agent's unit has changed. It waits in the background
        # until the deployment is over, and has the agent take up its new version and settings then.
        systemd.services.nixfleet-agent-refresh = {
          description = "Restart of the changed NixFleet deploy agent once it is idle";
          wantedBy = [ "multi-user.target" ];
          before = [ "nixfleet-agent.service" ];
          path = [ config.systemd.package ];
          environment.NIXFLEET_AGENT_UNIT = builtins.hashString "sha256" (
            builtins.unsafeDiscardStringContext (
              builtins.toJSON [
                (map toString config.systemd.services.nixfleet-agent.path)
                config.systemd.services.nixfleet-agent.environment
                config.systemd.services.nixfleet-agent.serviceConfig
              ]
            )
          );
          serviceConfig = {
            Type = "exec";
            RemainAfterExit = true;
            RuntimeMaxSec = "1d";
          };
          script = ''
            if ! systemctl --quiet is-active nixfleet-agent.service; then
              exit 0 # It starts by itself, as it is now.
            fi
            until ${cfg.package}/bin/nixfleet-agent status --json | grep -q '"phase" *: *"idle"'; do
              sleep 5
            done
            exec systemctl --no-block try-restart nixfleet-agent.service
          '';
        };
      }

      # Only where the impermanence module is: without it there is no such option.
      (lib.optionalAttrs (options.environment ? persistence) {
        environment.persistence = lib.mkIf (cfg.persistentStorage != null) {
          ${toString cfg.persistentStorage}.directories = [ stateDirectory ];
        };
      })
    ]
  );
}
