package io.nixfleet.nix.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.compression.Decompressors.Window;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The same on a host without liblzma. */
class JavaXzTest extends DecompressorsTest {
    @Override
    Decompressors decompressors(int widestMebibytes, Runnable beforeWide) {
        return new Decompressors(widestMebibytes, beforeWide, Optional.empty());
    }

    @Test
    void makesRoomOnceForAnXzDictionaryThatIsUsedAgain() throws IOException {
        var made = new AtomicInteger();
        var own = decompressors(64, made::incrementAndGet);

        for (byte[] compressed :
                new byte[][] {
                    Compressed.xz(text(100), 8 << 20),
                    Compressed.wide(Compression.XZ, text(100)),
                    Compressed.wide(Compression.XZ, text(200))
                }) {
            try (var in =
                    own.open(Compression.XZ, new ByteArrayInputStream(compressed), Window.WIDE)) {
                in.readAllBytes();
            }
        }

        assertThat(made).hasValue(1);
    }
}
