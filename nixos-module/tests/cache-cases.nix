# services.nixfleet-cache and services.nixfleet-cache-server: what they become.
{ evaluate, complaints, ... }:
let
  key = "cache.fleet.example.com:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  next = "cache.fleet.example.com-2:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";
  client =
    settings:
    (evaluate [
      ../cache.nix
      {
        services.nixfleet-cache = {
          enable = true;
          cacheUrl = "http://cache.fleet.example.com:5000";
          publicKey = key;
        }
        // settings;
      }
    ]).config;
  server =
    harmonia: settings:
    (evaluate [
      ../cache-server.nix
      harmonia
      {
        services.nixfleet-cache-server = {
          enable = true;
          signingKeyFile = "/run/secrets/cache-signing-key";
        }
        // settings;
      }
    ]).config;
  nested = server ./stand-in/harmonia.nix;
  flat = server ./stand-in/harmonia-flat.nix;
  official = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";
  case = name: expected: actual: { inherit name expected actual; };
in
[
  (case "the fleet's cache comes before cache.nixos.org"
    [
      "http://cache.fleet.example.com:5000"
      "https://cache.nixos.org/"
    ]
    (client { }).nix.settings.substituters
  )
  (case "its key is trusted"
    [
      key
      official
    ]
    (client { }).nix.settings.trusted-public-keys
  )
  (case "further keys are trusted"
    [
      key
      next
      official
    ]
    (client { extraPublicKeys = [ next ]; }).nix.settings.trusted-public-keys
  )
  (case "a cache as it should be is not complained of" [ ] (complaints (client { })))
  (case "a cache that is off changes nothing" [ "https://cache.nixos.org/" ] (
    (client { enable = false; }).nix.settings.substituters
  ))
  (case "harmonia serves at the usual port"
    {
      enable = true;
      signKeyPaths = [ "/run/secrets/cache-signing-key" ];
      settings.bind = "[::]:5000";
    }
    (nested { }).services.harmonia.cache
  )
  (case "harmonia serves at another port" "[::]:8080" (
    (nested { port = 8080; }).services.harmonia.cache.settings.bind
  ))
  (case "older nixpkgs have the options elsewhere"
    {
      enable = true;
      signKeyPaths = [ "/run/secrets/cache-signing-key" ];
      settings.bind = "[::]:5000";
    }
    (flat { }).services.harmonia
  )
  (case "what is built there is signed" [ "/run/secrets/cache-signing-key" ] (
    (nested { }).nix.settings.secret-key-files
  ))
  (case "no port is open" [ ] (nested { }).networking.firewall.allowedTCPPorts)
  (case "its port is open" [
    5000
  ] (nested { openFirewall = true; }).networking.firewall.allowedTCPPorts)
  (case "a server as it should be is not complained of" [ ] (complaints (nested { })))
  (case "a server that is off makes no harmonia" false (
    (nested { enable = false; }).services.harmonia.cache.enable
  ))
]
