package io.nixfleet.substituter.cache.credentials;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nixfleet.nix.encoding.FormatException;
import java.nio.charset.StandardCharsets;

/**
 * Any text is a netrc file or is refused by a {@link FormatException}. Fuzz with {@code
 * JAZZER_FUZZ=1 mvn -pl substituter test -Dtest=NetrcFuzzTest}.
 */
class NetrcFuzzTest {
    @FuzzTest(maxDuration = "2m")
    void readsOrRefusesAnything(byte[] input) {
        try {
            Netrc netrc = Netrc.parse(new String(input, StandardCharsets.UTF_8), "fuzz");
            netrc.find("cache.example");
            netrc.findNamed("cache.example");
        } catch (FormatException e) {
            // Refused.
        }
    }
}
