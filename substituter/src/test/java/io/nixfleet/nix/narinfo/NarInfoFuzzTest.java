package io.nixfleet.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.nixfleet.nix.store.StoreDir;
import java.nio.charset.StandardCharsets;

/**
 * Any bytes are either no narinfo, which is said by a {@link NarInfoFormatException}, or one that
 * reads the same again once written. Fuzz with {@code JAZZER_FUZZ=1 mvn -pl substituter test
 * -Dtest=NarInfoFuzzTest}.
 */
class NarInfoFuzzTest {
    @FuzzTest(maxDuration = "2m")
    void readsAgainWhatItWroteOfAnyBytes(byte[] text) {
        NarInfo narInfo;
        try {
            narInfo = NarInfoParser.parse(StoreDir.NIX_STORE, text, "fuzz");
        } catch (NarInfoFormatException e) {
            assertThat(e).hasMessageStartingWith("narinfo from fuzz");
            assertThat(e.getMessage()).hasSizeLessThan(1000);
            return;
        }
        byte[] written = NarInfoWriter.write(narInfo).getBytes(StandardCharsets.UTF_8);

        assertThat(NarInfoParser.parse(StoreDir.NIX_STORE, written, "fuzz")).isEqualTo(narInfo);
    }
}
