# The agent, built from the sources around this folder; for the Nix of nixpkgs.
{
  lib,
  maven,
  jdk25_headless,
  xz,
}:
let
  project = ./..;
  modules = [
    "protocol"
    "substituter"
    "agent"
  ];
in
maven.buildMavenPackage {
  pname = "nixfleet-agent";
  version = "0.1.0";

  # Without what only tests need: what they change shall not build the agent anew.
  src = builtins.path {
    name = "nixfleet-agent-source";
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
  mvnParameters = "--projects agent --also-make -Dmaven.test.skip=true";
  # The tests want several versions of Nix, systemd and servers: see integration-tests.
  doCheck = false;

  # What the POMs name, as Maven leaves it. tests/package.sh says what it is when they have changed.
  # POMs: 3cabff97689b152c23ae2e9bb7c2f51c433d02ae0094a21b5c35cfe70105fe37
  mvnHash = "sha256-roqsEb1o/bgrIa4n73PHTwFjTVvZP8wG5z+qq2qbFlA=";

  # The build makes a whole package, Java runtime included. NixOS has no liblzma where the loader looks.
  installPhase = ''
    runHook preInstall
    mkdir "$out"
    cp --recursive --preserve=mode,timestamps agent/target/nixfleet-agent/. "$out"
    ln --symbolic ${xz.out}/lib/liblzma.so.5 "$out/lib/"
    runHook postInstall
  '';

  # Its AOT cache fits these files as they are.
  dontStrip = true;
  dontPatchELF = true;

  meta = {
    description = "Deploy agent for fleets of NixOS hosts";
    mainProgram = "nixfleet-agent";
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
