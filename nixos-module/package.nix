# A program, built from the sources around this folder; for the Nix of nixpkgs. That is the agent, or the operator's
# command: callPackage ./package.nix { program = "nixfleet"; }.
{
  lib,
  maven,
  jdk25_headless,
  xz,
  program ? "nixfleet-agent",
}:
let
  project = ./..;
  # The hashes are those of what the POMs name, as Maven leaves it. tests/package.sh says what they are when the POMs
  # have changed.
  # POMs: 69ff05c2c2646f3a065af64eeda5b64afe00fe2ce520ab7d63f2343e6c393162
  programs = {
    nixfleet-agent = {
      module = "agent";
      mvnHash = "sha256-roqsEb1o/bgrIa4n73PHTwFjTVvZP8wG5z+qq2qbFlA=";
      description = "Deploy agent for fleets of NixOS hosts";
      # NixOS has no liblzma where the loader looks.
      postInstall = ''ln --symbolic ${xz.out}/lib/liblzma.so.5 "$out/lib/"'';
    };
    nixfleet = {
      module = "cli";
      mvnHash = "sha256-zhlp61lIy1QLFavlNToi0V6b5RaYZzXTOaUlRIkWvvs=";
      description = "Command for operators of fleets of NixOS hosts";
      postInstall = "";
    };
  };
  inherit (programs.${program})
    module
    mvnHash
    description
    postInstall
    ;
  modules = [
    "protocol"
    "substituter"
    "agent"
  ]
  ++ lib.optional (module == "cli") "cli";
in
maven.buildMavenPackage {
  pname = program;
  version = "0.1.0";

  # Without what only tests need: what they change shall not build the program anew.
  src = builtins.path {
    name = "${program}-source";
    path = project;
    filter =
      path: _:
      let
        words = lib.splitString "/" (lib.removePrefix "${toString project}/" path);
        top = builtins.head words;
        inner = lib.concatStringsSep "/" (builtins.tail words);
      in
      builtins.elem top [
        "pom.xml"
        ".mvn"
      ]
      || (builtins.elem top modules && inner != "target" && !lib.hasPrefix "src/test" inner)
      # Maven reads them as modules of the project.
      || (
        builtins.elem top [
          "cli"
          "integration-tests"
        ]
        && builtins.elem inner [
          ""
          "pom.xml"
        ]
      );
  };

  mvnJdk = jdk25_headless;
  mvnParameters = "--projects ${module} --also-make";
  # The tests want several versions of Nix, systemd and servers: see integration-tests.
  doCheck = false;

  inherit mvnHash;

  # The build makes a whole package, Java runtime included.
  installPhase = ''
    runHook preInstall
    mkdir "$out"
    cp --recursive --preserve=mode,timestamps ${module}/target/${program}/. "$out"
    ${postInstall}
    runHook postInstall
  '';

  # Its AOT cache fits these files as they are.
  dontStrip = true;
  dontPatchELF = true;

  meta = {
    inherit description;
    mainProgram = program;
    platforms = [
      "x86_64-linux"
      "aarch64-linux"
    ];
    sourceProvenance = [
      lib.sourceTypes.fromSource
      lib.sourceTypes.binaryBytecode
      lib.sourceTypes.binaryNativeCode
    ];
  };
}
