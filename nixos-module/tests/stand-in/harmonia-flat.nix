# services.harmonia as older nixpkgs have it.
{ lib, ... }:
{
  options.services.harmonia = import ./harmonia-options.nix { inherit lib; };
}
