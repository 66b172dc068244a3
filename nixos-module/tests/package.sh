#!/usr/bin/env bash
# Builds both programs of package.nix without nixpkgs, by this machine's Nix, Maven and JDK 25, and runs what came out.
# Fetches all that Maven needs, some 130 MB for each, so it takes minutes. Where the POMs have changed, it says what package.nix must
# have.
#
# usage: JAVA_HOME=/path/to/jdk-25 MAVEN_HOME=/path/to/maven-3.9 package.sh
set -euo pipefail

cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
: "${JAVA_HOME:?the folder of a JDK 25}" "${MAVEN_HOME:?the folder of a Maven 3.9, as nixpkgs has it}"

# build: the program, and what to change of what package.nix gives the builder
build() {
    nix-build --no-out-link --option substitute false --option sandbox false --option build-users-group '' --expr "
      let
        pkgs = import $PWD/stand-in/pkgs.nix {
          system = builtins.currentSystem;
          jdk = \"$JAVA_HOME\";
          mavenHome = \"$MAVEN_HOME\";
        };
      in
      pkgs.callPackage $PWD/../package.nix {
        program = \"$1\";
        maven.buildMavenPackage = args: pkgs.maven.buildMavenPackage (args // { $2 });
      }"
}

programs=(nixfleet-agent nixfleet)
poms=$(cd ../.. && cat {.,protocol,substituter,agent,cli}/pom.xml | sha256sum | cut -d' ' -f1)
if grep -q "# POMs: $poms\$" ../package.nix; then
    for program in "${programs[@]}"; do
        out=$(build "$program" '')
        "$out/bin/$program" --version
        [[ $program != nixfleet-agent ]] || test -e "$out/lib/liblzma.so.5"
        printf '%s\n' "$out"
    done
    exit
fi

printf 'The POMs have changed. package.nix must have:\n  # POMs: %s\n' "$poms" >&2
for program in "${programs[@]}"; do
    # A hash that nothing has: Nix fetches, and says which one it should be.
    log=$(build "$program" 'mvnHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";' 2>&1 >/dev/null) || true
    hash=$(sed -n 's/^ *got: *//p' <<<"$log")
    if [[ -z $hash ]]; then
        printf '%s\n' "$log" >&2
        exit 1
    fi
    printf '  mvnHash = "%s"; of %s\n' "$hash" "$program" >&2
done
exit 1
