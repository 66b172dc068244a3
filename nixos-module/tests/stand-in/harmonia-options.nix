{ lib }:
{
  enable = lib.mkEnableOption "harmonia";
  signKeyPaths = lib.mkOption {
    type = lib.types.listOf lib.types.path;
    default = [ ];
  };
  settings = lib.mkOption {
    type = lib.types.attrsOf lib.types.anything;
    default = { };
  };
}
