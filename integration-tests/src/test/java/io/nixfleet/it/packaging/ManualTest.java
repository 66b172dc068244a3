package io.nixfleet.it.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.cli.CommandLines;
import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The package's manual, as man shows it. */
class ManualTest {
    private static final Path PACKED =
            Launcher.builtPackage().resolve("share/man/man1/nixfleet-agent.1.gz");

    @TempDir private Path directory;
    private Path page;

    @BeforeEach
    void unpack() throws IOException {
        page = directory.resolve("nixfleet-agent.1");
        try (var in = new GZIPInputStream(Files.newInputStream(PACKED))) {
            Files.copy(in, page);
        }
    }

    @Test
    void isSound() {
        assertThat(Commands.tryRun(List.of("mandoc", "-T", "lint", page.toString())).output())
                .isEmpty();
    }

    @Test
    void isTheSameForTheSameSources() throws Exception {
        byte[] head = Files.readAllBytes(PACKED);

        // The time of packing, and flags for a file's name.
        assertThat(head).startsWith(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
        assertThat(Files.readString(page)).startsWith(".TH NIXFLEET-AGENT 1 2026-01-01 ");
    }

    @Test
    void namesEachCommandOptionAndExample() {
        String shown =
                Commands.run(List.of("mandoc", "-T", "utf8", "-O", "width=200", page.toString()))
                        .stdout()
                        // Bold and italics are overstrikes.
                        .replaceAll(".\b", "");
        for (CommandLine command : CommandLines.commandLine().getSubcommands().values()) {
            var usage = command.getCommandSpec().usageMessage();
            if (usage.hidden()) {
                continue;
            }
            assertThat(shown).contains("\n   " + command.getCommandName() + "\n");
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertThat(shown).contains(option.longestName());
                assertThat(shown.replaceAll("\\s+", " "))
                        .contains(String.join(" ", option.description()));
            }
            for (String line : usage.footer()) {
                assertThat(shown).contains(line.strip());
            }
        }
        assertThat(shown).contains("\nENVIRONMENT\n", "\nFILES\n", "/var/lib/nixfleet/state.db");
    }
}
