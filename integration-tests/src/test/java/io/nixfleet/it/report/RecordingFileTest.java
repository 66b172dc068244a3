package io.nixfleet.it.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingFileTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.123456789Z");

    @TempDir Path directory;

    private static Recording recording() {
        var timeline = new Timeline("A cache that goes away", "It comes back.", START);
        timeline.host("host-1");
        timeline.phase("host-1", START.plusSeconds(1), "fetching");
        timeline.system("host-1", START.plusSeconds(2), "host-1 A");
        timeline.fault("cache", START.plusSeconds(3), "stopped");
        timeline.mended("cache", START.plusSeconds(4), "started");
        timeline.note("", START.plusSeconds(5), "\ud83d\ude00 \"<&>\" \ud800 \u0000 \u202e");
        timeline.ended(START.plusSeconds(6), Optional.of("expected\nbut was"));
        return timeline.recording();
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        RecordingFile.write(recording(), directory.resolve("made"));

        Path file =
                directory.resolve("made").resolve(RecordingFile.nameOf("A cache that goes away"));
        assertThat(RecordingFile.read(file)).isEqualTo(recording());
        assertThat(RecordingFile.in(directory.resolve("made"))).containsExactly(file);
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void replacesTheFileOfTheSameScenario() throws IOException {
        var timeline = new Timeline("scenario", "says", START);
        timeline.write(directory);
        timeline.ended(START.plusSeconds(1), Optional.empty());
        timeline.write(directory);

        assertThat(RecordingFile.in(directory)).hasSize(1);
        assertThat(RecordingFile.read(RecordingFile.in(directory).getFirst()).outcome())
                .isEqualTo(new Outcome.Passed());
    }

    @Test
    void hasANameOfItsOwnForEveryTitle() {
        assertThat(RecordingFile.nameOf("Killed in \"fetching\" / again"))
                .matches("killed-in-fetching-again-[0-9a-f]{8}\\.timeline\\.json");
        assertThat(RecordingFile.nameOf("a b")).isNotEqualTo(RecordingFile.nameOf("a-b"));
        assertThat(RecordingFile.nameOf("../" + "x".repeat(5000))).hasSizeLessThan(100);
    }

    @Test
    void refusesAFileThatEndsInTheMiddle() throws IOException {
        RecordingFile.write(recording(), directory);
        Path file = RecordingFile.in(directory).getFirst();
        byte[] whole = Files.readAllBytes(file);
        for (int kept = 0; kept < whole.length; kept++) {
            Files.write(file, Arrays.copyOf(whole, kept));

            assertThatThrownBy(() -> RecordingFile.read(file))
                    .as("%s bytes of %s", kept, whole.length)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(
                            kept == 0 ? "it is no JSON object" : "it is not JSON: ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"hosts\":[\"host-1\",\"cache\"] | \"hosts\":{} | hosts is not a list",
                "\"host-1\",\"cache\" | 7 | a host is not a text",
                "\"outcome\":\"failed\" | \"outcome\":\"won\" | there is no outcome \"won\"",
                "\"failure\" | \"why\" | failure is not a text",
                "\"fault\" | \"fauld\" | there is no kind of event \"fauld\"",
                "2026-01-01T00:00:03 | yesterday | the time of an event is not a time",
                "2026-01-01T00:00:06 | +999999999-01-01T00:00:00 | until is out of range",
                "\"scenario\" | \"title\" | scenario is not a text"
            })
    void saysWhatIsWrong(String part, String replaced, String message) throws IOException {
        RecordingFile.write(recording(), directory);
        Path file = RecordingFile.in(directory).getFirst();
        String whole = Files.readString(file);
        Files.writeString(file, whole.replace(part, replaced));

        assertThat(whole).contains(part);
        assertThatThrownBy(() -> RecordingFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(message);
    }
}
