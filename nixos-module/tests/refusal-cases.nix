# What is refused, and that the message names the option.
{
  lib,
  evaluate,
  complaints,
  ...
}:
let
  refuses = name: word: modules: {
    name = "refused: ${name}";
    expected = true;
    actual =
      let
        messages = complaints (evaluate modules).config;
      in
      # One each: what is refused twice is hard to mend.
      builtins.length messages == 1 && lib.hasInfix word (builtins.head messages);
  };
  agent = settings: [
    ../agent.nix
    {
      networking.hostName = "web-1";
      services.nixfleet-agent = {
        enable = true;
        controlPlaneUrl = "https://fleet.example.com";
      }
      // settings;
    }
  ];
  server = settings: [
    ../default.nix
    ./stand-in/harmonia.nix
    {
      services.nixfleet-cache-server = {
        enable = true;
        signingKeyFile = "/run/secrets/key";
      }
      // settings;
    }
  ];
  # Wrong types end the evaluation.
  fails = name: modules: {
    name = "refused: ${name}";
    expected = "an error";
    actual = (evaluate modules).config.systemd.services.nixfleet-agent.serviceConfig.ExecStart;
  };
  listener = {
    address = "[::]:9443";
    allow = [ "ops" ];
  };
  tls = {
    caCert = "/run/secrets/ca.pem";
    clientCert = "/run/secrets/cert.pem";
    clientKey = "/run/secrets/key.pem";
  };
in
[
  (refuses "http" "controlPlaneUrl" (agent {
    controlPlaneUrl = "http://fleet.example.com";
  }))
  (refuses "a certificate without its key" "clientCert and clientKey" (agent {
    tls.clientCert = "/run/secrets/cert.pem";
  }))
  (refuses "a key without its certificate" "clientCert and clientKey" (agent {
    tls.clientKey = "/run/secrets/key.pem";
  }))
  (refuses "half of the listener's pair" "listen: cert and key" (agent {
    inherit tls;
    listen = listener // {
      cert = "/run/secrets/l.pem";
    };
  }))
  (refuses "a key as a Nix path" "tls.clientKey is a Nix path" (agent {
    tls = tls // {
      clientKey = ./run.sh;
    };
  }))
  (refuses "a key in the store" "tls.clientKey lies in" (agent {
    tls = tls // {
      clientKey = "${builtins.storeDir}/00000000000000000000000000000000-key.pem";
    };
  }))
  (refuses "a token in the store" "tokenFile lies in" (agent {
    tokenFile = "${builtins.storeDir}/00000000000000000000000000000000-token";
  }))
  (refuses "a relative netrc" "netrcFile is no absolute path" (agent {
    netrcFile = "netrc";
  }))
  (refuses "a listener's key in the store" "listen.key lies in" (agent {
    inherit tls;
    listen = listener // {
      cert = "/run/secrets/l.pem";
      key = "${builtins.storeDir}/00000000000000000000000000000000-key.pem";
    };
  }))
  (refuses "no name" "machineId is empty" (agent {
    machineId = "";
  }))
  (refuses "a tag with a comma" "tags" (agent {
    tags = [ "a,b" ];
  }))
  (refuses "a listener without a port" "listen.address is 'everywhere'" (agent {
    inherit tls;
    listen = listener // {
      address = "everywhere";
    };
  }))
  (refuses "a listener for nobody" "nobody may push" (agent {
    inherit tls;
    listen.address = "[::]:9443";
  }))
  (refuses "a listener without authorities" "tls.caCert" (agent {
    tls = builtins.removeAttrs tls [ "caCert" ];
    listen = listener;
  }))
  (refuses "a listener without a certificate" "listen needs tls.caCert" (agent {
    tls.caCert = "/run/secrets/ca.pem";
    listen = listener;
  }))
  (refuses "one port for two" "metricsPort and listen.address" (agent {
    inherit tls;
    listen = listener;
    metricsPort = 9443;
  }))
  (refuses "an open port of nothing" "metricsOpenFirewall" (agent {
    metricsOpenFirewall = true;
  }))
  (refuses "an open listener of nothing" "listen.openFirewall" (agent {
    listen.openFirewall = true;
  }))
  (refuses "a key that is none" "no public key of a cache" [
    ../cache.nix
    {
      services.nixfleet-cache = {
        enable = true;
        cacheUrl = "http://cache:5000";
        publicKey = "AAAA";
      };
    }
  ])
  (refuses "a signing key as a Nix path" "signingKeyFile is a Nix path" (server {
    signingKeyFile = ./run.sh;
  }))
  (refuses "a signing key in the store" "signingKeyFile lies in" (server {
    signingKeyFile = "${builtins.storeDir}/00000000000000000000000000000000-key";
  }))
  (refuses "a port that the metrics have" "services.nixfleet-agent.metricsPort takes port 9101" (
    server { port = 9101; }
    ++ agent { metricsPort = 9101; }
  ))
  (refuses "a port that the listener has" "services.nixfleet-agent.listen.address takes port 9443" (
    server { port = 9443; }
    ++ agent {
      inherit tls;
      listen = listener;
    }
  ))
  (refuses "a server without harmonia" "needs services.harmonia" [
    ../cache-server.nix
    {
      services.nixfleet-cache-server = {
        enable = true;
        signingKeyFile = "/run/secrets/key";
      };
    }
  ])
  (fails "an interval of none" (agent {
    pollInterval = 0;
  }))
  (fails "a port beyond all" (agent {
    metricsPort = 70000;
  }))
  (fails "a level that is none" (agent {
    logLevel = "loud";
  }))
  (fails "a window beyond the heap" (agent {
    maxWindow = 128;
  }))
  (fails "no control plane" [
    ../agent.nix
    { services.nixfleet-agent.enable = true; }
  ])
]
