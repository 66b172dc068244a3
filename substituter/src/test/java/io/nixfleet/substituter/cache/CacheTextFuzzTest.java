package io.nixfleet.substituter.cache;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Whatever a server says besides narinfos and NARs makes sense or is refused by a {@link
 * FormatException}. Fuzz with {@code JAZZER_FUZZ=1 mvn -pl substituter test
 * -Dtest=CacheTextFuzzTest}.
 */
class CacheTextFuzzTest {
    private static final URI BASE = URI.create("https://cache.example/prefix/");

    @FuzzTest(maxDuration = "2m")
    void readsOrRefusesAnything(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            CacheInfoParser.parse(input, "fuzz");
        } catch (FormatException e) {
            // Refused.
        }
        try {
            URI target = NarUrl.resolve(BASE, text);
            if (!target.getScheme().equals("https")) {
                throw new AssertionError("leads from https to " + target);
            }
        } catch (FormatException e) {
            // Refused.
        }
        NarUrl.shown(text);
        Duration wait = RetryAfter.parse(text, Optional.of("Thu, 01 Jan 2026 00:00:00 GMT"));
        if (wait.isNegative()) {
            throw new AssertionError("waits " + wait);
        }
        RetryAfter.parse("Thu, 01 Jan 2026 00:00:00 GMT", Optional.of(text));
    }
}
