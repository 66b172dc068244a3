package io.nixfleet.cli.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.protocol.operator.NewRelease;
import io.nixfleet.protocol.operator.ReleaseEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseFileTest {
    private static final NewRelease RELEASE =
            new NewRelease(
                    Optional.of("."),
                    Optional.of("0123456789abcdef"),
                    Optional.of("https://cache.example"),
                    List.of(
                            new ReleaseEntry(
                                    "web-1",
                                    "/nix/store/00000000000000000000000000000000-web-1",
                                    "x86_64-linux",
                                    List.of("web"))));

    @TempDir private Path directory;

    @Test
    void isReadAsItWasWritten() throws IOException {
        var file = new ReleaseFile(directory.resolve("release.json"));
        Files.writeString(file.path(), "what was there before");

        file.checkWritable();
        file.write(RELEASE);

        assertThat(file.read()).isEqualTo(RELEASE);
        assertThat(directory).isDirectoryContaining("glob:**/release.json");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void saysEarlyThatItCannotBeWritten() {
        Path nowhere = directory.resolve("none/release.json");

        assertThatThrownBy(() -> new ReleaseFile(nowhere).checkWritable())
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "--out %s: nothing can be written to %s"
                                .formatted(nowhere, nowhere.getParent()));
        assertThatThrownBy(() -> new ReleaseFile(directory).checkWritable())
                .hasMessage("--out %s: that is a directory".formatted(directory));
    }

    @Test
    void saysWhatIsWrongWithIt() throws IOException {
        Path file = directory.resolve("release.json");

        assertThatThrownBy(() -> new ReleaseFile(file).read())
                .isInstanceOf(IOException.class)
                .hasMessage(file + " is not there");
        Files.writeString(file, "{\"entries\": [{\"hostname\": \"web-1\"}]}");
        assertThatThrownBy(() -> new ReleaseFile(file).read())
                .hasMessage(
                        file
                                + " is no release as 'nixfleet release create --out' writes it: an"
                                + " entry has no text in 'store_path'");
    }
}
