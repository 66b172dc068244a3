package io.nixfleet.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Any bytes are either no NAR, which is said by a {@link NarFormatException}, or one that writes
 * again to the same bytes; how they are cut changes nothing. Fuzz with {@code JAZZER_FUZZ=1 mvn -pl
 * substituter test -Dtest=NarFuzzTest}.
 */
class NarFuzzTest {
    @FuzzTest(maxDuration = "2m")
    void parsesAnyBytesAlikeHoweverTheyAreCut(byte[] nar) throws IOException {
        String whole = verdict(nar, Math.max(1, nar.length));

        assertThat(verdict(nar, 7)).isEqualTo(whole);
        assertThat(verdict(nar, 1)).isEqualTo(whole);
    }

    private static String verdict(byte[] nar, int piece) throws IOException {
        var copy = new ByteArrayOutputStream();
        var parser = new NarParser(new NarWriter(copy));
        try {
            int at = 0;
            while (at < nar.length) {
                int length = Math.min(piece, nar.length - at);
                parser.feed(nar, at, length);
                at += length;
            }
            parser.finish();
        } catch (NarFormatException e) {
            return e.getMessage();
        }
        assertThat(copy.toByteArray()).isEqualTo(nar);
        return "accepted";
    }
}
