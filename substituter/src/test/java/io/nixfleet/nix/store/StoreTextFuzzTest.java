package io.nixfleet.nix.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.signature.PublicKey;
import io.nixfleet.nix.signature.Signature;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * What is read from any text is written as a text that reads the same, or the text is refused by a
 * {@link FormatException}. Fuzz with {@code JAZZER_FUZZ=1 mvn -pl substituter test
 * -Dtest=StoreTextFuzzTest}.
 */
class StoreTextFuzzTest {
    @FuzzTest(maxDuration = "2m")
    void readsAgainWhatItWroteOfAnyText(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        readTwice(text, one -> StorePath.parse(StoreDir.NIX_STORE, one));
        readTwice(text, StoreDir::new);
        readTwice(text, ContentAddress::parse);
        readTwice(text, NixHash::parse);
        readTwice(text, Signature::parse);
        readTwice(text, PublicKey::parse);
    }

    private static void readTwice(String text, Function<String, Object> parser) {
        Object value;
        try {
            value = parser.apply(text);
        } catch (FormatException e) {
            return;
        }
        assertThat(parser.apply(value.toString())).isEqualTo(value);
    }
}
