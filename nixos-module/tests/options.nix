# The table of all options, as nixos-module/OPTIONS.md has it.
let
  own = builtins.getEnv "NIXPKGS_LIB";
  lib = if own == "" then import ./stand-in/lib.nix else import (/. + own);
  pkgs.nixfleet-agent = {
    type = "derivation";
    outPath = "/nix/store/00000000000000000000000000000000-nixfleet-agent";
  };
  options =
    (lib.evalModules {
      modules = [
        ./stand-in/nixos.nix
        ../default.nix
        # Defaults that depend on it are told by their text.
        { networking.hostName = "host"; }
      ];
      specialArgs = { inherit pkgs; };
    }).options.services;

  # All options below an attribute set, submodules included, in the order of their names.
  below =
    prefix: set:
    lib.concatMap (
      name:
      let
        value = set.${name};
        path = "${prefix}.${name}";
      in
      if lib.isOption value then
        [ (row path value) ] ++ below "${path}.*" (members value)
      else if builtins.isAttrs value then
        below path value
      else
        [ ]
    ) (lib.filter (name: name != "_module") (builtins.attrNames set));

  # The options of a list's submodules.
  members =
    option:
    let
      all = option.type.getSubOptions [ ];
    in
    if lib.hasInfix "submodule" option.type.description then all else { };

  oneLine = text: builtins.replaceStrings [ "\n" "|" ] [ " " "\\|" ] (lib.removeSuffix "\n" text);

  row =
    path: option:
    "| `services.${path}` | ${oneLine option.type.description} | ${
      if option ? defaultText then
        "`${oneLine option.defaultText.text}`"
      else if option ? default then
        "`${oneLine (shown option.default)}`"
      else
        "required"
    } | ${oneLine option.description} |";

  shown =
    value:
    if builtins.isList value then
      if value == [ ] then "[ ]" else "[ ${lib.concatMapStringsSep " " shown value} ]"
    else
      builtins.toJSON value;

  section = name: ''
    ## services.${name}

    | option | type | default | |
    |---|---|---|---|
    ${lib.concatStringsSep "\n" (below name options.${name})}
  '';
in
''
  # Options of the NixOS modules

  Made from the modules by `nixos-module/tests/options.sh`; a test holds it against them.

  ${lib.concatStringsSep "\n" (
    map section [
      "nixfleet-agent"
      "nixfleet-cache"
      "nixfleet-cache-server"
    ]
  )}''
