package io.nixfleet.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.substituter.cache.credentials.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysTest {
    private static final URI CONTROL_PLANE = URI.create("https://cp.example:8080");

    @TempDir private Path directory;
    private final List<String> warnings = new ArrayList<>();

    private Path file(String content, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve("credentials.toml"), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private Optional<Secret> ofCredentials(Path file) throws IOException {
        return ApiKeys.ofCredentials(file, CONTROL_PLANE, warnings::add);
    }

    @Test
    void areThoseOfTheControlPlane() throws IOException {
        Path file =
                file(
                        """
                        ["https://other.example"]
                        api-key = "nfk-other"

                        ["https://cp.example:8080/"]
                        api-key = "nfk-mine"
                        """,
                        "rw-------");

        assertThat(ofCredentials(file)).contains(Secret.of("nfk-mine"));
        assertThat(ofCredentials(directory.resolve("none"))).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void warnsOfAFileThatOthersCanRead() throws IOException {
        Path file = file("", "rw-r--r--");

        assertThat(ofCredentials(file)).isEmpty();
        assertThat(warnings)
                .containsExactly(
                        "credentials file %s can be read by every user (rw-r--r--): chmod 600 it"
                                .formatted(file));
    }

    @Test
    void areNeverQuoted() throws IOException {
        Path file = file("[\"https://cp.example:8080\"]\napi-key = nfk-mine\n", "rw-------");
        assertThatThrownBy(() -> ofCredentials(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2 is not TOML")
                .hasMessageNotContaining("nfk");

        Path words = file("two words", "rw-------");
        assertThatThrownBy(() -> ApiKeys.ofFile(words, warnings::add))
                .hasMessage(
                        "API key file %s holds no key: that is one word of ASCII characters", words)
                .hasMessageNotContaining("two");
    }

    @Test
    void areLookedForWhereOtherProgramsKeepTheirSettings() {
        assertThat(ApiKeys.credentialsFile(Map.of("HOME", "/home/op")))
                .hasToString("/home/op/.config/nixfleet/credentials.toml");
        assertThat(ApiKeys.credentialsFile(Map.of("HOME", "/home/op", "XDG_CONFIG_HOME", "/x")))
                .hasToString("/x/nixfleet/credentials.toml");
    }

    @Test
    void takesAVariableThatIsSetToSomething() throws Exception {
        assertThat(ApiKeys.ofVariable(Map.of())).isEmpty();
        assertThat(ApiKeys.ofVariable(Map.of("NIXFLEET_API_KEY", " "))).isEmpty();
        assertThat(ApiKeys.ofVariable(Map.of("NIXFLEET_API_KEY", "k-1\n")))
                .map(Secret::reveal)
                .contains("k-1");
        assertThatThrownBy(() -> ApiKeys.ofVariable(Map.of("NIXFLEET_API_KEY", "two words")))
                .hasMessage("NIXFLEET_API_KEY holds no key: that is one word of ASCII characters");
    }
}
