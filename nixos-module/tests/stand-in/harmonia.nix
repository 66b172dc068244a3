# services.harmonia as nixpkgs has it now, with the cache's options below `cache`.
{ lib, ... }:
{
  options.services.harmonia.cache = import ./harmonia-options.nix { inherit lib; };
}
