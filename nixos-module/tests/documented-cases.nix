# Configurations as the documentation of the fleet's framework has them, word for word.
{ evaluate, complaints, ... }:
let
  evaluated =
    settings:
    (evaluate [
      ../default.nix
      ./stand-in/harmonia.nix
      settings
    ]).config;
  clean = name: settings: {
    name = "documented: ${name}";
    expected = [ ];
    actual =
      let
        config = evaluated settings;
      in
      builtins.deepSeq config.systemd.services (complaints config);
  };
in
[
  (clean "the cache's server" {
    services.nixfleet-cache-server = {
      enable = true;
      port = 5000; # default
      openFirewall = true;
      signingKeyFile = "/run/secrets/cache-signing-key";
    };
  })
  (clean "the agent" {
    services.nixfleet-agent = {
      enable = true;
      controlPlaneUrl = "https://fleet.example.com";
      tags = [
        "web"
        "prod"
        "eu-west"
      ];
      pollInterval = 60;
      healthInterval = 60;

      healthChecks = {
        systemd = [
          {
            units = [
              "nginx.service"
              "postgresql.service"
            ];
          }
        ];
        http = [
          {
            url = "http://localhost:8080/health";
            expectedStatus = 200;
            timeout = 3;
            interval = 5;
          }
        ];
        command = [
          {
            name = "disk-space";
            command = "test $(df --output=pcent / | tail -1 | tr -d '% ') -lt 90";
            timeout = 5;
            interval = 10;
          }
        ];
      };
    };
  })
  (clean "its metrics" {
    services.nixfleet-agent = {
      enable = true;
      controlPlaneUrl = "https://fleet.example.com";
      metricsPort = 9101;
      metricsOpenFirewall = true;
    };
  })
  (clean "its certificates" {
    services.nixfleet-agent = {
      enable = true;
      controlPlaneUrl = "https://fleet.example.com";
      tls.clientCert = "/run/secrets/agent-cert.pem";
      tls.clientKey = "/run/secrets/agent-key.pem";
    };
  })
  {
    # The key there is only hinted at.
    name = "documented: the cache's client";
    expected = [
      "http://cache.fleet.example.com:5000"
      "https://cache.nixos.org/"
    ];
    actual =
      (evaluated {
        services.nixfleet-cache = {
          enable = true;
          cacheUrl = "http://cache.fleet.example.com:5000";
          publicKey = "cache.fleet.example.com:AAAA...="; # contents of public-key.pem
        };
      }).nix.settings.substituters;
  }
]
