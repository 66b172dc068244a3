# The packages of nixpkgs that are used here. All are but names, except that maven.buildMavenPackage does what
# nixpkgs' does, with the programs of this machine: jdk and mavenHome are their folders.
{
  system,
  jdk ? "/no/jdk",
  mavenHome ? "/no/maven",
}:
let
  lib = import ./lib.nix // {
    sourceTypes = lib.genAttrs [
      "fromSource"
      "binaryBytecode"
      "binaryNativeCode"
    ] (name: { shortName = name; });
  };
  named =
    name:
    derivation {
      inherit name system;
      builder = "/bin/false";
    };

  shell =
    attributes: script:
    derivation (
      {
        inherit system;
        builder = "/bin/bash";
        args = [
          "-euc"
          (
            ''
              export PATH=${mavenHome}/bin:/usr/bin:/bin HOME=/homeless-shelter TMPDIR="$NIX_BUILD_TOP"
              runHook() { :; }
              cp --recursive --no-preserve=mode "$src" source
              cd source
            ''
            + script
            # By bash itself: a last command would take its place, and close its output before its end, which
            # Nix takes for that.
            + "exit 0"
          )
        ];
        JAVA_HOME = jdk;
      }
      // attributes
    );

  buildMavenPackage =
    {
      pname,
      version,
      src,
      mvnHash,
      mvnParameters,
      installPhase,
      mvnJdk,
      doCheck,
      dontStrip,
      dontPatchELF,
      meta,
    }:
    let
      skip = lib.optionalString (!doCheck) "-DskipTests";
      fetched = shell {
        name = "${pname}-${version}-maven-deps";
        inherit src;
        outputHash = mvnHash;
        outputHashMode = "recursive";
      } ''
        mvn package -Dmaven.repo.local="$out/.m2" ${skip} ${mvnParameters}
        find "$out" -type f '(' -name '*.lastUpdated' -o -name resolver-status.properties \
          -o -name _remote.repositories ')' -delete
      '';
      built = shell {
        name = "${pname}-${version}";
        inherit src;
      } ''
        cp --recursive --no-preserve=mode ${fetched}/.m2 "$NIX_BUILD_TOP/.m2"
        mvn package -o -nsu -Dmaven.repo.local="$NIX_BUILD_TOP/.m2" ${skip} ${mvnParameters}
        ${installPhase}
      '';
    in
    # As nixpkgs would see to with these.
    assert dontStrip && dontPatchELF && mvnJdk == pkgs.jdk25_headless;
    built // { inherit meta fetched; };

  # The machines' configurations are evaluated; what they make is but a name.
  runNixOSTest =
    file:
    let
      test = import file { inherit lib; };
      nodes = lib.mapAttrs (name: node: (evaluate name node).config) test.nodes;
      evaluate =
        name: node:
        lib.evalModules {
          modules = [
            ./nixos.nix
            ./harmonia.nix
            ./vm.nix
            node
            { networking.hostName = lib.mkDefault name; }
          ];
          specialArgs = { inherit pkgs nodes; };
        };
      refused = lib.concatLists (
        lib.mapAttrsToList (
          name: config:
          map (a: "${name}: ${a.message}") (lib.filter (a: !a.assertion) config.assertions)
        ) nodes
      );
      units = lib.mapAttrs (
        _: config: lib.mapAttrs (import ./unit.nix { inherit lib; }) config.systemd.services
      ) nodes;
    in
    if refused != [ ] then
      throw (lib.concatStringsSep "\n" refused)
    else
      derivation {
        name = "vm-test-${test.name}";
        inherit system;
        builder = "/bin/bash";
        args = [
          "-euc"
          "printf '%s' \"$testScript\" > \"$out\""
        ];
        testScript = test.testScript { inherit nodes; };
        units = builtins.toJSON units;
      };

  pkgs = {
    inherit lib;
    callPackage = file: args: (
      let
        f = import file;
      in
      f (builtins.intersectAttrs (builtins.functionArgs f) pkgs // args)
    );
    stdenv.hostPlatform.system = system;
    # This machine's library; nixpkgs' output for libraries is "out", too.
    xz = derivation {
      name = "xz";
      inherit system;
      builder = "/bin/bash";
      args = [
        "-euc"
        "export PATH=/usr/bin:/bin; mkdir -p $out/lib; cp /usr/lib/*/liblzma.so.5 $out/lib/"
      ];
    };
    maven = {
      inherit buildMavenPackage;
    };
    testers = {
      inherit runNixOSTest;
    };
  }
  // lib.genAttrs [
    "jdk25_headless"
    "nix"
    "openssh"
    "python3"
    "systemd"
  ] named;
in
pkgs
