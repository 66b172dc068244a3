# Each option of services.nixfleet-agent: what it becomes.
{
  lib,
  evaluate,
  unitText,
  complaints,
  ...
}:
let
  base = {
    networking.hostName = "web-1";
    services.nixfleet-agent = {
      enable = true;
      controlPlaneUrl = "https://fleet.example.com";
    };
  };
  with' =
    settings:
    (evaluate [
      ../agent.nix
      base
      { services.nixfleet-agent = settings; }
    ]).config;
  service = settings: (with' settings).systemd.services.nixfleet-agent;
  # The words of the command, as systemd reads them.
  words =
    settings:
    map (w: builtins.replaceStrings [ "%%" "$$" ] [ "%" "$" ] (builtins.fromJSON "\"${w}\"")) (
      lib.splitString "\" \"" (
        lib.removePrefix "\"" (
          lib.removeSuffix "\"" (
            builtins.unsafeDiscardStringContext (service settings).serviceConfig.ExecStart
          )
        )
      )
    );
  # The values that follow a flag.
  after =
    flag: list:
    if list == [ ] then
      [ ]
    else
      lib.optional (builtins.head list == flag && builtins.tail list != [ ]) (
        builtins.elemAt list 1
      )
      ++ after flag (builtins.tail list);

  flag =
    {
      option,
      flag,
      value,
      expected ? [ (toString value) ],
      default ? [ ],
      also ? { },
    }:
    [
      {
        name = "${option} unset";
        expected = default;
        actual = after "--${flag}" (words { });
      }
      {
        name = "${option} set";
        inherit expected;
        actual = after "--${flag}" (
          words (lib.recursiveUpdate (lib.setAttrByPath (lib.splitString "." option) value) also)
        );
      }
    ];
  switch =
    { option, flag }:
    [
      {
        name = "${option} unset";
        expected = false;
        actual = lib.elem "--${flag}" (words { });
      }
      {
        name = "${option} set";
        expected = true;
        actual = lib.elem "--${flag}" (words (lib.setAttrByPath (lib.splitString "." option) true));
      }
    ];

  case = name: expected: actual: { inherit name expected actual; };
  lastTwo = list: lib.sublist (builtins.length list - 2) 2 list;
  http = { url = "http://localhost/health"; };
in
lib.concatMap flag [
  {
    option = "controlPlaneUrl";
    flag = "control-plane-url";
    value = lib.mkForce "https://other.example.com";
    expected = [ "https://other.example.com" ];
    default = [ "https://fleet.example.com" ];
  }
  {
    option = "machineId";
    flag = "machine-id";
    value = "db-7";
    default = [ "web-1" ];
  }
  {
    option = "pollInterval";
    flag = "poll-interval";
    value = 10;
    default = [ "60" ];
  }
  {
    option = "retryInterval";
    flag = "retry-interval";
    value = 7;
    default = [ "30" ];
  }
  {
    option = "cacheUrl";
    flag = "cache-url";
    value = "http://cache:5000";
  }
  {
    option = "extraCacheUrls";
    flag = "extra-cache-url";
    value = [
      "https://a"
      "https://b"
    ];
    expected = [
      "https://a"
      "https://b"
    ];
  }
  {
    option = "trustedPublicKeys";
    flag = "trusted-public-key";
    value = [ "a:b" ];
    expected = [ "a:b" ];
  }
  {
    option = "trustedPublicKeysFiles";
    flag = "trusted-public-keys-file";
    value = [ "/etc/keys" ];
    expected = [ "/etc/keys" ];
  }
  {
    option = "netrcFile";
    flag = "netrc-file";
    value = "/run/secrets/netrc";
  }
  {
    option = "tokenFile";
    flag = "token-file";
    value = "/run/secrets/token";
  }
  {
    option = "maxWindow";
    flag = "max-window";
    value = 64;
    default = [ "32" ];
  }
  {
    option = "dbPath";
    flag = "db-path";
    value = "/var/db/agent.db";
    default = [ "/var/lib/nixfleet/state.db" ];
  }
  {
    option = "tls.caCert";
    flag = "ca-cert";
    value = "/run/secrets/ca.pem";
  }
  {
    option = "tls.clientCert";
    flag = "client-cert";
    value = "/run/secrets/cert.pem";
  }
  {
    option = "tls.clientKey";
    flag = "client-key";
    value = "/run/secrets/key.pem";
  }
  {
    option = "healthInterval";
    flag = "health-interval";
    value = 15;
    default = [ "60" ];
  }
  {
    option = "settleTime";
    flag = "settle-time";
    value = 0;
    default = [ "5" ];
  }
  {
    option = "verifyTimeout";
    flag = "verify-timeout";
    value = 30;
    default = [ "120" ];
  }
  {
    option = "confirmTimeout";
    flag = "confirm-timeout";
    value = 90;
    default = [ "0" ];
  }
  {
    option = "bootFloor";
    flag = "boot-floor";
    value = 0;
    default = [ "16" ];
  }
  {
    option = "tags";
    flag = "tags";
    value = [
      "web"
      "prod"
    ];
    expected = [ "web,prod" ];
  }
  {
    option = "metricsPort";
    flag = "metrics-port";
    value = 9101;
  }
  {
    option = "listen.address";
    flag = "listen";
    value = "[::]:9443";
  }
  {
    option = "listen.allow";
    flag = "listen-allow";
    value = [
      "ops"
      "ci"
    ];
    expected = [
      "ops"
      "ci"
    ];
  }
  {
    option = "listen.cert";
    flag = "listen-cert";
    value = "/run/secrets/l.pem";
  }
  {
    option = "listen.key";
    flag = "listen-key";
    value = "/run/secrets/lk.pem";
  }
  {
    option = "logLevel";
    flag = "log-level";
    value = "debug";
    default = [ "info" ];
  }
]
++ lib.concatMap switch [
  {
    option = "allowTrustedCaches";
    flag = "allow-trusted-caches";
  }
  {
    option = "airGapped";
    flag = "air-gapped";
  }
  {
    option = "dryRun";
    flag = "dry-run";
  }
  {
    option = "allowInsecure";
    flag = "allow-insecure";
  }
  {
    option = "tolerateFailedUnits";
    flag = "tolerate-failed-units";
  }
]
++ [
  (case "nothing is made where it is off" [ ] (
    lib.attrNames (evaluate [ ../agent.nix ]).config.systemd.services
  ))
  (case "nothing is complained of by default" [ ] (complaints (with' { })))
  (case "the package's own command runs" "/nix/store/00000000000000000000000000000000-nixfleet-agent/bin/nixfleet-agent" (
    builtins.head (words { })
  ))
  (case "another package runs" "/nix/store/x-mine/bin/nixfleet-agent" (
    builtins.head (words {
      package = {
        type = "derivation";
        name = "mine";
        outPath = "/nix/store/x-mine";
      };
    })
  ))
  (case "the command is there for people" [ "nixfleet-agent" ] (
    map (p: p.name) (with' { }).environment.systemPackages
  ))
  (case "further flags come last, as they stand" [
    "--x"
    "a b\"%i$HOME\\"
  ] (
    lastTwo (words {
      extraFlags = [
        "--x"
        "a b\"%i$HOME\\"
      ];
    })
  ))
  (case "specifiers and variables are none" true (
    lib.hasInfix "%%i $$HOME" (service { extraFlags = [ "%i $HOME" ]; }).serviceConfig.ExecStart
  ))
  (case "a certificate as a Nix path comes along" true (
    lib.hasPrefix "${builtins.storeDir}/" (
      builtins.head (after "--ca-cert" (words { tls.caCert = ./run.sh; }))
    )
  ))
  (case "heap unset" "96m" (service { }).environment.NIXFLEET_AGENT_HEAP)
  (case "heap set" "128m" (service { jvmHeap = "128m"; }).environment.NIXFLEET_AGENT_HEAP)
  (case "no port is open" [ ] (with' { metricsPort = 9101; }).networking.firewall.allowedTCPPorts)
  (case "the metrics port is open" [ 9101 ] (
    (with' {
      metricsPort = 9101;
      metricsOpenFirewall = true;
    }).networking.firewall.allowedTCPPorts
  ))
  (case "the listener's port is open" [ 9443 ] (
    (with' {
      listen.address = "[::]:9443";
      listen.openFirewall = true;
    }).networking.firewall.allowedTCPPorts
  ))
  (case "no checks, no file" false ((with' { }).environment.etc ? "nixfleet/health-checks.json"))
  (case "the file of the checks is given" [ "/etc/nixfleet/health-checks.json" ] (
    after "--health-config" (words { })
  ))
  (case "checks with their defaults"
    {
      systemd = [ { units = [ "nginx.service" ]; } ];
      http = [
        {
          url = "http://localhost/health";
          interval = 5;
          timeout = 3;
          expectedStatus = 200;
        }
      ];
      command = [
        {
          name = "disk";
          command = "true";
          interval = 10;
          timeout = 5;
        }
      ];
    }
    (
      builtins.fromJSON
        (with' {
          healthChecks = {
            systemd = [ { units = [ "nginx.service" ]; } ];
            http = [ http ];
            command = [
              {
                name = "disk";
                command = "true";
              }
            ];
          };
        }).environment.etc."nixfleet/health-checks.json".text
    )
  )
  (case "checks as they are set"
    [
      {
        url = "http://localhost/health";
        interval = 1;
        timeout = 2;
        expectedStatus = 204;
      }
    ]
    (builtins.fromJSON
      (with' {
        healthChecks.http = [
          (
            http
            // {
              interval = 1;
              timeout = 2;
              expectedStatus = 204;
            }
          )
        ];
      }).environment.etc."nixfleet/health-checks.json".text
    ).http
  )
  (case "the cache of the host is the agent's" [ "http://cache:5000" ] (
    after "--cache-url" (
      lib.splitString "\" \"" (
        (evaluate [
          ../default.nix
          base
          {
            services.nixfleet-cache = {
              enable = true;
              cacheUrl = "http://cache:5000";
              publicKey = "cache:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            };
          }
        ]).config.systemd.services.nixfleet-agent.serviceConfig.ExecStart
      )
    )
  ))
  (case "a cache that is off is not the agent's" null (
    (evaluate [
      ../default.nix
      base
      { services.nixfleet-cache.cacheUrl = "http://cache:5000"; }
    ]).config.services.nixfleet-agent.cacheUrl
  ))
  (case "a switch leaves it alone" [ false false ] [
    (service { }).restartIfChanged
    (service { }).stopIfChanged
  ])
  (case "its unit has what systemd needs to watch it" true (
    lib.all (line: lib.elem line (lib.splitString "\n" (unitText "nixfleet-agent" (service { })))) [
      "Type=notify"
      "WatchdogSec=60"
      "Restart=always"
      "RestartPreventExitStatus=2"
      "StateDirectory=nixfleet"
      "OOMScoreAdjust=-500"
      "X-RestartIfChanged=false"
      "X-StopIfChanged=false"
      "Environment=\"XDG_CACHE_HOME=/var/lib/nixfleet/.cache\""
    ]
  ))
  (case "lists of the sandbox are a line each" [ ] (
    let
      keys = map (line: builtins.head (lib.splitString "=" line)) (
        lib.filter (line: lib.hasPrefix "SystemCall" line || lib.hasPrefix "Capability" line) (
          lib.splitString "\n" (unitText "nixfleet-agent" (service { }))
        )
      );
    in
    lib.filter (key: lib.length (lib.filter (other: other == key) keys) > 1) keys
  ))
  (case "the unit that has it take up changes follows its changes" true (
    (with' { }).systemd.services.nixfleet-agent-refresh.environment
    != (with' { pollInterval = 5; }).systemd.services.nixfleet-agent-refresh.environment
  ))
  (case "its state outlives a reboot with impermanence" [ "/var/lib/nixfleet" ] (
    (evaluate [
      ../agent.nix
      ./stand-in/persistence.nix
      base
    ]).config.environment.persistence."/persist".directories
  ))
  (case "its state can be kept elsewhere" { "/keep".directories = [ "/var/lib/nixfleet" ]; } (
    (evaluate [
      ../agent.nix
      ./stand-in/persistence.nix
      base
      { services.nixfleet-agent.persistentStorage = "/keep"; }
    ]).config.environment.persistence
  ))
  (case "its state can be left to others" { } (
    (evaluate [
      ../agent.nix
      ./stand-in/persistence.nix
      base
      { services.nixfleet-agent.persistentStorage = null; }
    ]).config.environment.persistence
  ))
]
