package io.nixfleet.nix.compression;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nixfleet.nix.compression.Decompressors.Window;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Any bytes are either decompressed or refused by a {@link CorruptStreamException}; the first byte
 * says by which compression. Fuzz with {@code JAZZER_FUZZ=1 mvn -pl substituter test
 * -Dtest=DecompressorsFuzzTest}.
 */
class DecompressorsFuzzTest {
    private static final int READ_LIMIT = 1 << 20;
    private final Decompressors decompressors = new Decompressors();

    @FuzzTest(maxDuration = "2m")
    void decodesOrRefusesAnything(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        Compression[] all = Compression.values();
        Compression compression = all[Math.floorMod(input[0], all.length)];
        var compressed = new ByteArrayInputStream(Arrays.copyOfRange(input, 1, input.length));
        try (var plain = decompressors.open(compression, compressed, Window.WIDE)) {
            plain.readNBytes(READ_LIMIT);
        } catch (CorruptStreamException e) {
            // What bytes that are no such stream deserve.
        }
    }
}
