# A fleet of virtual machines: a control plane's stand-in, harmonia, and two hosts, which are deployed, and of
# which one is rolled back. For nixpkgs' testers.runNixOSTest.
{ lib, ... }:
let
  # A system for a host; each is a node, so that it is built, and those that are wanted later are never started.
  host =
    {
      name,
      address,
      release,
      extra ? { },
    }:
    {
      imports = [
        ../default.nix
        extra
      ];

      # The same host, whatever its node is called.
      networking.hostName = lib.mkForce name;
      networking.interfaces.eth1.ipv4.addresses = lib.mkForce [
        {
          inherit address;
          prefixLength = 24;
        }
      ];
      system.switch.enable = true;
      virtualisation.writableStore = true;
      virtualisation.memorySize = 1536;

      environment.etc.release.text = release;
      systemd.services.web = {
        wantedBy = [ "multi-user.target" ];
        serviceConfig.ExecStart = "/run/current-system/sw/bin/sleep infinity";
      };

      nix.settings.substituters = lib.mkForce [ ];
      services.nixfleet-agent = {
        enable = true;
        controlPlaneUrl = "http://control:8080";
        allowInsecure = true;
        cacheUrl = "http://cache:5000";
        airGapped = true;
        trustedPublicKeysFiles = [ "/run/cache-key.pub" ];
        pollInterval = 5;
        retryInterval = 2;
        settleTime = 1;
        verifyTimeout = 20;
        metricsPort = 9101;
        healthChecks.systemd = [ { units = [ "web.service" ]; } ];
      };
    };

  one = {
    name = "one";
    address = "192.168.1.101";
  };
  two = {
    name = "two";
    address = "192.168.1.102";
  };
  next.release = "next";
  broken = {
    release = "broken";
    extra.systemd.services.web.serviceConfig.ExecStart =
      lib.mkForce "/run/current-system/sw/bin/false";
  };
in
{
  name = "nixfleet-agent";

  nodes = {
    control =
      { pkgs, ... }:
      {
        networking.firewall.allowedTCPPorts = [ 8080 ];
        systemd.services.control-plane = {
          wantedBy = [ "multi-user.target" ];
          serviceConfig.ExecStart = "${pkgs.python3}/bin/python3 ${./control-plane.py} 8080 /run/control-plane";
          serviceConfig.RuntimeDirectory = "control-plane";
        };
      };

    cache =
      { config, nodes, ... }:
      {
        imports = [ ../default.nix ];
        # What hosts are to run, and nobody has started.
        system.extraDependencies = [
          nodes.one_next.system.build.toplevel
          nodes.two_next.system.build.toplevel
          nodes.two_broken.system.build.toplevel
        ];
        services.nixfleet-cache-server = {
          enable = true;
          openFirewall = true;
          signingKeyFile = "/run/cache-key";
        };
        systemd.services.cache-key = {
          wantedBy = [ "multi-user.target" ];
          before = [ "harmonia.service" ];
          requiredBy = [ "harmonia.service" ];
          serviceConfig.Type = "oneshot";
          serviceConfig.RemainAfterExit = true;
          script = ''
            ${config.nix.package}/bin/nix-store --generate-binary-cache-key \
              cache-1 /run/cache-key /run/cache-key.pub
          '';
        };
      };

    one = host (one // { release = "first"; });
    two = host (two // { release = "first"; });
    one_next = host (one // next);
    two_next = host (two // next);
    two_broken = host (two // broken);
  };

  testScript =
    { nodes, ... }:
    let
      system = node: toString nodes.${node}.system.build.toplevel;
    in
    ''
      import json


      def reports(host):
          text = control.succeed(f"cat /run/control-plane/{host}.reports || true")
          return [json.loads(line) for line in text.splitlines()]


      def desire(host, system):
          control.succeed(f"echo {system} > /run/control-plane/{host}.desired")


      def await_report(host, system, success):
          def found(_last):
              return any(
                  report["current_generation"] == system and report["success"] is success
                  for report in reports(host)
              )

          retry(found)


      def assert_runs(host, system):
          assert host.succeed("readlink -f /run/current-system").strip() == system
          assert host.succeed("readlink -f /nix/var/nix/profiles/system").strip() == system


      for machine in [control, cache, one, two]:
          machine.start()
      control.wait_for_open_port(8080)
      cache.wait_for_open_port(5000)

      key = cache.succeed("cat /run/cache-key.pub").strip()
      hosts = {"one": one, "two": two}
      for host in hosts.values():
          host.succeed(f"echo '{key}' > /run/cache-key.pub")
          host.wait_for_unit("nixfleet-agent.service")

      first = two.succeed("readlink -f /run/current-system").strip()

      with subtest("both hosts are deployed"):
          desire("one", "${system "one_next"}")
          desire("two", "${system "two_next"}")
          await_report("one", "${system "one_next"}", True)
          await_report("two", "${system "two_next"}", True)
          assert_runs(one, "${system "one_next"}")
          assert_runs(two, "${system "two_next"}")
          assert one.succeed("cat /etc/release") == "next"
          assert first != "${system "two_next"}"

      with subtest("a broken system is undone, and said so"):
          desire("two", "${system "two_broken"}")
          await_report("two", "${system "two_next"}", False)
          assert_runs(two, "${system "two_next"}")
          two.wait_for_unit("web.service")
          metrics = two.succeed("curl --silent --fail http://localhost:9101/metrics")
          assert "nixfleet_agent_refused_systems 1.0" in metrics, metrics

      with subtest("the other host is left alone"):
          assert_runs(one, "${system "one_next"}")
    '';
}
