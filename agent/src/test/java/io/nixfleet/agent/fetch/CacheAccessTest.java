package io.nixfleet.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CacheAccessTest {
    private static final URI OWN = URI.create("https://cache.example/fleet");

    @TempDir private Path directory;
    private final List<String> warnings = new ArrayList<>();
    private Path token;

    @BeforeEach
    void writeToken() throws IOException {
        token = write("token", "s3cret-token\n", "rw-------");
    }

    private Path write(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private CacheAccess access(boolean overHttp, boolean allowTrusted, URI... named)
            throws IOException {
        return CacheAccess.read(
                new CacheSettings(
                        List.of(), List.of(), Optional.of(token), overHttp, allowTrusted, 32),
                List.of(named),
                warnings::add);
    }

    private static String publicKey(String name) {
        return SecretKey.generate(name, new Random(1)).publicKey().toString();
    }

    @ParameterizedTest
    @CsvSource({
        "https://cache.example/fleet, true",
        "https://CACHE.example:443/other, true",
        "https://cache.example:8443/fleet, false",
        "https://u:p@cache.example/fleet, false",
        "https://evil.example/fleet, false",
        "https://cache.example.evil.example/fleet, false",
        "http://cache.example/fleet, false",
        "file:///cache.example, false",
    })
    void givesTheTokenToServersThatTheOperatorNamed(String url, boolean given) throws IOException {
        assertThat(access(false, false, OWN).takesToken(URI.create(url))).isEqualTo(given);
    }

    @ParameterizedTest
    @CsvSource({
        "http://cache.example, false, false",
        "http://cache.example, true, true",
        "http://127.0.0.1:5000, false, true",
        "http://[::1]:5000, false, true",
        "http://localhost:5000, false, true",
        "http://localhost.example, false, false",
        "http://192.0.2.1, false, false",
    })
    void sendsTheTokenOverPlainHttpToThisHostOnly(String url, boolean insecure, boolean given)
            throws IOException {
        URI cache = URI.create(url);

        assertThat(access(insecure, false, cache).takesToken(cache)).isEqualTo(given);
        assertThat(warnings).hasSize(given ? 0 : 1);
        if (!given) {
            assertThat(warnings.getFirst()).contains("the token is not sent", "--allow-insecure");
        }
    }

    @Test
    void warnsOfATokenThatEveryUserCanRead() throws IOException {
        write("token", "s3cret-token", "rw-r--r--");

        access(false, false, OWN);

        assertThat(warnings)
                .containsExactly(
                        "token file %s can be read by every user (rw-r--r--): chmod 600 it"
                                .formatted(token));
    }

    @Test
    void takesATokenThatRootAloneCanReadWithoutAWord() throws IOException {
        access(false, false, OWN);

        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "s3cret one", "s3cret\r\nX-Header: y", "s3crét"})
    void refusesWhatIsNoTokenWithoutShowingIt(String text) throws IOException {
        write("token", text, "rw-------");

        assertThatThrownBy(() -> access(false, false, OWN))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("token file " + token)
                .hasMessageNotContaining("s3cr");
    }

    @Test
    void saysThatThereIsNoTokenFile() throws IOException {
        Files.delete(token);

        assertThatThrownBy(() -> access(false, false, OWN))
                .hasMessage("token file %s cannot be read: there is no such file", token);
    }

    @Test
    void refusesATrustedCacheUnlessTheOperatorAllowsIt() throws IOException {
        URI url = URI.create("https://u:s3cret@cache.example/fleet?trusted=1");
        try (var caches = new BinaryCaches(CacheOptions.builder().build())) {
            CacheAccess strict = access(false, false, OWN);
            assertThatThrownBy(() -> strict.open(caches, url))
                    .hasMessageContaining("trusted would switch signature checks off")
                    .hasMessageNotContaining("s3cret");
            assertThat(warnings).isEmpty();

            CacheAccess lenient = access(false, true, OWN);
            try (var cache = lenient.open(caches, url)) {
                assertThat(cache.trusted()).isTrue();
            }
            lenient.open(caches, url).close();
            assertThat(warnings)
                    .as("each time")
                    .hasSize(2)
                    .allMatch(
                            warning ->
                                    warning.startsWith(
                                            "cache https://cache.example/fleet is trusted without"
                                                    + " signatures"));
            lenient.open(caches, OWN).close();
            assertThat(warnings).hasSize(2);
        }
    }

    @Test
    void readsKeysOfFilesAfresh() throws IOException {
        Path keys =
                write(
                        "keys",
                        "# the fleet's\n%s %s # two\n\n"
                                .formatted(publicKey("a-1"), publicKey("b-1")),
                        "rw-r--r--");
        var settings =
                new CacheSettings(List.of(), List.of(keys), Optional.empty(), false, false, 32);

        assertThat(environment(settings).trustedKeys().names()).containsExactly("a-1", "b-1");
        assertThat(environment(settings).extraTrustedKeys())
                .containsExactly(publicKey("a-1"), publicKey("b-1"));

        write("keys", publicKey("b-1"), "rw-r--r--");

        assertThat(environment(settings).trustedKeys().names()).containsExactly("b-1");
    }

    @Test
    void namesTheLineOfWhatIsNoKey() throws IOException {
        Path keys = write("keys", publicKey("a-1") + "\nnonsense\n", "rw-r--r--");
        var settings =
                new CacheSettings(List.of(), List.of(keys), Optional.empty(), false, false, 32);

        assertThatThrownBy(() -> environment(settings))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("keys file %s line 2: ".formatted(keys));
    }

    private FetchEnvironment environment(CacheSettings settings) throws IOException {
        return FetchEnvironment.of(
                NixConfig.NONE,
                List.of(),
                Optional.empty(),
                CacheAccess.read(settings, List.of(), warnings::add));
    }
}
