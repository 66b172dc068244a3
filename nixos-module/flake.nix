{
  description = "NixOS modules of the NixFleet deploy agent and the fleet's binary cache";

  outputs =
    { self }:
    {
      nixosModules = {
        default = ./default.nix;
        agent = ./agent.nix;
        cache = ./cache.nix;
        cache-server = ./cache-server.nix;
      };
    };
}
