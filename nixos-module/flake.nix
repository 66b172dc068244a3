{
  description = "NixOS modules of the NixFleet deploy agent and the fleet's binary cache, and the operator's command";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { nixpkgs, ... }:
    let
      each =
        f:
        nixpkgs.lib.genAttrs [
          "x86_64-linux"
          "aarch64-linux"
        ] (system: f nixpkgs.legacyPackages.${system});
    in
    {
      nixosModules = {
        default = ./default.nix;
        agent = ./agent.nix;
        cache = ./cache.nix;
        cache-server = ./cache-server.nix;
      };

      overlays.default = final: _: {
        nixfleet-agent = final.callPackage ./package.nix { };
        nixfleet = final.callPackage ./package.nix { program = "nixfleet"; };
      };

      packages = each (pkgs: {
        default = pkgs.callPackage ./package.nix { };
        nixfleet = pkgs.callPackage ./package.nix { program = "nixfleet"; };
      });

      checks = each (pkgs: {
        fleet = pkgs.testers.runNixOSTest ./tests/fleet.nix;
      });
    };
}
