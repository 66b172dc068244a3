# What the modules make of every option, and what they refuse. Evaluates to { count, failures, units }.
#
# With the folder of nixpkgs' own lib in NIXPKGS_LIB the modules are evaluated by that one, else by the
# stand-in.
let
  own = builtins.getEnv "NIXPKGS_LIB";
  lib = if own == "" then import ./stand-in/lib.nix else import (/. + own);
  inherit (lib) concatMap;

  pkgs = {
    nix = package "nix";
    systemd = package "systemd";
    openssh = package "openssh";
    nixfleet-agent = package "nixfleet-agent";
  };
  package = name: {
    type = "derivation";
    inherit name;
    outPath = "/nix/store/00000000000000000000000000000000-${name}";
  };

  evaluate =
    modules:
    (lib.evalModules {
      modules = [ ./stand-in/nixos.nix ] ++ modules;
      specialArgs = { inherit pkgs; };
    });

  unitText = import ./stand-in/unit.nix { inherit lib; };

  args = {
    inherit
      lib
      pkgs
      evaluate
      unitText
      ;
    # The messages of assertions that do not hold.
    complaints = config: map (a: a.message) (lib.filter (a: !a.assertion) config.assertions);
  };

  cases = concatMap (file: import file args) [
    ./agent-cases.nix
    ./cache-cases.nix
    ./documented-cases.nix
    ./refusal-cases.nix
  ];

  judged = map (
    case:
    let
      tried = builtins.tryEval (builtins.deepSeq case.actual case.actual);
    in
    {
      inherit (case) name expected;
      actual = if tried.success then tried.value else "an error";
    }
  ) cases;
in
{
  count = builtins.length judged;
  failures = lib.filter (case: case.actual != case.expected) judged;
}
