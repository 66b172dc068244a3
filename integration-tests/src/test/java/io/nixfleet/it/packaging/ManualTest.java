package io.nixfleet.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The packages' manuals, as man shows them. */
class ManualTest {
    @TempDir private Path directory;

    /**
     * The manual of a program.
     *
     * @param file one that it names
     */
    record Manual(CommandLine program, Path share, String file) {
        String name() {
            return program.getCommandName();
        }

        Path packed() {
            return share.resolve("man/man1/%s.1.gz".formatted(name()));
        }

        Path unpackedTo(Path directory) throws IOException {
            Path page = directory.resolve(name() + ".1");
            try (var in = new GZIPInputStream(Files.newInputStream(packed()))) {
                Files.copy(in, page);
            }
            return page;
        }

        @Override
        public String toString() {
            return name();
        }
    }

    private static Stream<Manual> manuals() {
        return Stream.of(
                new Manual(
                        io.nixfleet.agent.cli.CommandLines.commandLine(),
                        Launcher.builtPackage().resolve("share"),
                        "/var/lib/nixfleet/state.db"),
                new Manual(
                        io.nixfleet.cli.command.CommandLines.commandLine(),
                        Launcher.operatorPackage().resolve("share"),
                        "~/.config/nixfleet/credentials.toml"));
    }

    @ParameterizedTest
    @MethodSource("manuals")
    void isSound(Manual manual) throws Exception {
        Path page = manual.unpackedTo(directory);

        assertThat(Commands.tryRun(List.of("mandoc", "-T", "lint", page.toString())).output())
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("manuals")
    void isTheSameForTheSameSources(Manual manual) throws Exception {
        byte[] head = Files.readAllBytes(manual.packed());

        // The time of packing, and flags for a file's name.
        assertThat(head).startsWith(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
        assertThat(Files.readString(manual.unpackedTo(directory)))
                .startsWith(
                        ".TH %s 1 2026-01-01 ".formatted(manual.name().toUpperCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @MethodSource("manuals")
    void namesEachCommandOptionAndExample(Manual manual) throws Exception {
        Path page = manual.unpackedTo(directory);
        String shown =
                Commands.run(List.of("mandoc", "-T", "utf8", "-O", "width=200", page.toString()))
                        .stdout()
                        // Bold and italics are overstrikes.
                        .replaceAll(".\b", "");
        within(manual.program())
                .forEach(command -> assertIsIn(shown, command, manual.name().length()));
        assertThat(shown).contains("\nENVIRONMENT\n", "\nFILES\n", manual.file());
    }

    /** All commands, those within groups, too. */
    private static Stream<CommandLine> within(CommandLine command) {
        return command.getSubcommands().values().stream()
                .filter(inner -> !inner.getCommandSpec().usageMessage().hidden())
                .flatMap(inner -> Stream.concat(Stream.of(inner), within(inner)));
    }

    private static void assertIsIn(String shown, CommandLine command, int program) {
        String words = command.getCommandSpec().qualifiedName().substring(program + 1);
        assertThat(shown).contains("\n   " + words + "\n");
        for (OptionSpec option : command.getCommandSpec().options()) {
            assertThat(shown).contains(option.longestName());
            assertThat(shown.replaceAll("\\s+", " "))
                    .contains(String.join(" ", option.description()));
        }
        for (String line : command.getCommandSpec().usageMessage().footer()) {
            assertThat(shown).contains(line.strip().replace("%%", "%"));
        }
    }
}
