package io.nixfleet.nix.compression;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZstdWindowTest {
    @ParameterizedTest
    @CsvSource({"22", "23", "24", "25"})
    void readsTheWindowOfAFrame(int log) {
        assertThat(window(frame((3 << (log - 1)) + 1, log, false))).isEqualTo(1L << log);
    }

    @ParameterizedTest
    @CsvSource({"200", "256", "65791", "65792", "9000000"})
    void takesTheContentForTheWindowWhereThatIsAllThereIs(int size) {
        assertThat(window(frame(size, 25, true))).isEqualTo(size);
    }

    @Test
    void readsEighthsOfAWindow() {
        // Descriptor without a size, exponent 14 (16 MiB) and mantissa 3.
        byte[] frame = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 14 << 3 | 3};

        assertThat(window(frame)).isEqualTo((16 << 20) + 3 * (2 << 20));
    }

    @Test
    void standsASizeThatNoLongHolds() {
        byte[] frame = new byte[ZstdWindow.HEADER_BYTES];
        Arrays.fill(frame, (byte) 0xff);
        System.arraycopy(new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, 0, frame, 0, 4);

        assertThat(window(frame)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void hasNoneForWhatIsNoFrame() {
        byte[] whole = frame(300, 20, true);

        for (int length = 0; length < 7; length++) {
            assertThat(ZstdWindow.bytes(whole, length)).isZero();
        }
        assertThat(window("nix-archive-1 and so on".getBytes(StandardCharsets.UTF_8))).isZero();
    }

    private static long window(byte[] frame) {
        return ZstdWindow.bytes(frame, Math.min(frame.length, ZstdWindow.HEADER_BYTES));
    }

    /** As the library makes it, of zeros. */
    private static byte[] frame(int size, int windowLog, boolean sized) {
        try (var context = new ZstdCompressCtx()) {
            context.setLevel(1);
            context.setWindowLog(windowLog);
            context.setContentSize(sized);
            return context.compress(new byte[size]);
        }
    }
}
