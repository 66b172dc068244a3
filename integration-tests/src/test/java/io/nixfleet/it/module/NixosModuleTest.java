package io.nixfleet.it.module;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases of {@code nixos-module/tests}, in each Nix: with the stand-in for nixpkgs' lib, and
 * with the real one, too, where {@code NIXPKGS_LIB} has it.
 */
class NixosModuleTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LIB_VARIABLE = "NIXPKGS_LIB";

    record Evaluation(NixInstallation nix, Optional<Path> lib) {
        @Override
        public String toString() {
            return nix + lib.map(path -> ", " + path).orElse("");
        }
    }

    static List<Evaluation> evaluations() {
        var all = new ArrayList<Evaluation>();
        for (NixInstallation nix : List.of(NixInstallation.nix28(), NixInstallation.nix234())) {
            all.add(new Evaluation(nix, Optional.empty()));
            Optional.ofNullable(System.getenv(LIB_VARIABLE))
                    .filter(lib -> !lib.isEmpty())
                    .ifPresent(lib -> all.add(new Evaluation(nix, Optional.of(Path.of(lib)))));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("evaluations")
    void holdsInEachCase(Evaluation evaluation) throws Exception {
        assertAllHold(evaluation, "default.nix", 130);
    }

    @Test
    void hasATrueTableOfOptions() throws Exception {
        var standIn = new Evaluation(NixInstallation.nix28(), Optional.empty());

        assertThat(evaluate(standIn, "options.nix").asText())
                .as("made anew by nixos-module/tests/options.sh > nixos-module/OPTIONS.md")
                .isEqualTo(Files.readString(ModuleFiles.folder().resolve("OPTIONS.md")));
    }

    @ParameterizedTest
    @MethodSource("evaluations")
    void standInIsAsTheRealOneInWhatIsUsed(Evaluation evaluation) throws Exception {
        assertAllHold(evaluation, "stand-in/lib-cases.nix", 100);
    }

    private static void assertAllHold(Evaluation evaluation, String cases, int fewer)
            throws IOException {
        JsonNode result = evaluate(evaluation, cases);

        assertThat(result.path("failures")).isEmpty();
        assertThat(result.path("count").asInt()).isGreaterThan(fewer);
    }

    /** Modules, overlay, package and the test on virtual machines, which is evaluated only. */
    @Test
    void isAFlakeWithoutComplaint() throws Exception {
        NixInstallation nix = NixInstallation.nix234();
        inFolder(
                nix,
                folder -> {
                    copy(ModuleFiles.folder(), folder.resolve("nixos-module"));
                    return Commands.run(
                            nix.command(
                                    "nix",
                                    "--extra-experimental-features",
                                    "nix-command flakes",
                                    "--store",
                                    inside(nix, folder.resolve("store")),
                                    "flake",
                                    "check",
                                    "--no-build",
                                    "--all-systems",
                                    "--no-write-lock-file",
                                    "--override-input",
                                    "nixpkgs",
                                    "path:" + inside(nix, folder) + "/nixos-module/tests/stand-in",
                                    "path:" + inside(nix, folder) + "?dir=nixos-module"));
                });
    }

    @Test
    void packageHasTheHashOfWhatThePomsName() throws Exception {
        Path project = ModuleFiles.folder().resolve("..");
        var poms = MessageDigest.getInstance("SHA-256");
        for (String pom : List.of(".", "protocol", "substituter", "agent", "cli")) {
            poms.update(Files.readAllBytes(project.resolve(pom).resolve("pom.xml")));
        }

        assertThat(Files.readString(ModuleFiles.folder().resolve("package.nix")))
                .as("nixos-module/tests/package.sh says what it must be")
                .contains("# POMs: " + HexFormat.of().formatHex(poms.digest()) + "\n");
    }

    @Test
    void everyOptionOfTheCommandHasOneOfTheModule() throws Exception {
        String module = Files.readString(ModuleFiles.folder().resolve("agent.nix"));

        assertThat(Commands.run(List.of(agent(), "--help")).stdout().lines())
                .filteredOn(line -> line.startsWith("      --"))
                .map(line -> line.strip().split("[ =\\[]", 2)[0])
                .isNotEmpty()
                // Where nothing but the default makes sense under systemd.
                .filteredOn(word -> !List.of("--socket", "--store").contains(word))
                .allSatisfy(word -> assertThat(module).contains('"' + word.substring(2) + '"'));
    }

    private static String agent() {
        return Path.of("..", "agent", "target", "nixfleet-agent", "bin", "nixfleet-agent")
                .toAbsolutePath()
                .normalize()
                .toString();
    }

    private static JsonNode evaluate(Evaluation evaluation, String file) throws IOException {
        NixInstallation nix = evaluation.nix();
        return inFolder(
                nix,
                folder -> {
                    copy(ModuleFiles.folder(), folder.resolve("nixos-module"));
                    var command = new ArrayList<String>();
                    if (evaluation.lib().isPresent()) {
                        copy(evaluation.lib().get(), folder.resolve("lib"));
                        command.add("env");
                        command.add(LIB_VARIABLE + "=" + inside(nix, folder.resolve("lib")));
                    } else {
                        command.addAll(List.of("env", "--unset=" + LIB_VARIABLE));
                    }
                    command.addAll(
                            nix.command(
                                    "nix-instantiate",
                                    "--eval",
                                    "--strict",
                                    "--json",
                                    inside(
                                            nix,
                                            folder.resolve("nixos-module/tests").resolve(file))));
                    return MAPPER.readTree(Commands.run(command).stdout());
                });
    }

    @FunctionalInterface
    private interface Work<T> {
        T in(Path folder) throws IOException;
    }

    /** A folder that this Nix can see, and that is gone afterwards. */
    private static <T> T inFolder(NixInstallation nix, Work<T> work) throws IOException {
        Path folder = Files.createTempDirectory(nix.root().resolve("tmp"), "nixfleet-module-");
        try {
            return work.in(folder);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static String inside(NixInstallation nix, Path path) {
        return "/" + nix.root().relativize(path);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }
}
