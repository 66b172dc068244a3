package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheLocationTest {
    @ParameterizedTest
    @CsvSource({
        "https://c.example, https://c.example",
        "https://c.example/, https://c.example",
        "HTTPS://C.Example:8443/a/b/, https://c.example:8443/a/b",
        "http://u:p@c.example/a?priority=3, http://c.example/a",
        "http://[::1]:80/a, http://[::1]:80/a",
        "file:///var/cache, file:///var/cache",
        "file:/var/cache, file:///var/cache",
        "file://localhost/var/cache, file:///var/cache",
    })
    void namesCacheWithoutSecrets(String url, String name) {
        assertThat(CacheLocation.parse(URI.create(url)).name()).isEqualTo(name);
    }

    @Test
    void letsTheUrlOverrideWhatTheCacheSays() {
        var location =
                CacheLocation.parse(
                        URI.create("https://c.example?priority=9&want-mass-query=true"));
        var said = CacheInfoParser.parse(new byte[0], "c");

        assertThat(location.override(said).priority()).isEqualTo(9);
        assertThat(location.override(said).wantMassQuery()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ssh://host/s3cret | a cache of the kind 'ssh' is not supported, only http://,"
                        + " https:// and file://",
                "nonsense | a cache of the kind '' is not supported, only http://, https:// and"
                        + " file://",
                "https:c.example | a cache's URL looks like",
                "https:///path | a cache's URL looks like",
                "file://elsewhere/dir | a cache's URL looks like",
                "https://u:s3cret@c.example/#x | the URL of cache https://c.example/ has a"
                        + " #fragment",
                "https://u:s3cret@c.example?trusted=x | parameter 'trusted' takes 1 or 0",
                "https://u:s3cret@c.example?other=1 | parameter 'other' is not supported, only"
                        + " priority, want-mass-query and trusted are",
                "https://u:s3cret@c.example?priority=x | parameter priority takes a number",
                "https://c.example?want-mass-query=x | parameter 'want-mass-query' takes 1 or 0",
            })
    void saysWhatIsWrongWithUrl(String url, String message) {
        assertThatThrownBy(() -> CacheLocation.parse(URI.create(url)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(message.strip())
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
    }
}
