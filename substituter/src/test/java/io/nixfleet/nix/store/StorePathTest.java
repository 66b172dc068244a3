package io.nixfleet.nix.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorePathTest {
    private static final String HASH = "17v1q8421r08as489kb86gjgwlq14rv6";

    @Test
    void knowsItsParts() {
        var path = StorePath.parse(StoreDir.NIX_STORE, "/nix/store/" + HASH + "-f31");

        assertThat(path.hashPart()).isEqualTo(HASH);
        assertThat(path.name()).isEqualTo("f31");
        assertThat(path.baseName()).isEqualTo(HASH + "-f31");
        assertThat(path).hasToString("/nix/store/" + HASH + "-f31");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", ".foo", "...", "..a", "+-._?=", "Az9", "-", "?"})
    void acceptsNamesThatNixAccepts(String name) {
        assertThat(StorePath.ofBaseName(StoreDir.NIX_STORE, HASH + "-" + name).name())
                .isEqualTo(name);
    }

    @Test
    void acceptsTheLongestName() {
        String longest = "n".repeat(211);

        assertThat(StorePath.ofBaseName(StoreDir.NIX_STORE, HASH + "-" + longest).name())
                .isEqualTo(longest);
        assertThatThrownBy(
                        () -> StorePath.ofBaseName(StoreDir.NIX_STORE, HASH + "-" + longest + "n"))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith("its name has more than 211 characters");
    }

    @ParameterizedTest
    @CsvSource({
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6, a dash and a name",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-, a dash and a name",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv66-f31, a dash and a name",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rvE-f31, character 32 is not nixbase32",
        "/nix/store/17V1q8421r08as489kb86gjgwlq14rv6-f31, character 3 is not nixbase32",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-f/1, character 35 is not allowed in a name",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-f 1, character 35 is not allowed in a name",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-é, character 34 is not allowed in a name",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-., looks like '.' or '..'",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-.., looks like '.' or '..'",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-.-x, looks like '.' or '..'",
        "/nix/store/17v1q8421r08as489kb86gjgwlq14rv6-..-x, looks like '.' or '..'",
        "/gnu/store/17v1q8421r08as489kb86gjgwlq14rv6-f31, does not lie in /nix/store",
        "/nix/store, does not lie in /nix/store",
        "17v1q8421r08as489kb86gjgwlq14rv6-f31, does not lie in /nix/store",
        "/nix/store/../17v1q8421r08as489kb86gjgwlq14rv6-f31, is not a store path",
    })
    void refusesWhatIsNoStorePath(String text, String problem) {
        assertThatThrownBy(() -> StorePath.parse(StoreDir.NIX_STORE, text))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "nix/store", "/nix/store/"})
    void refusesWhatIsNoStoreDirectory(String text) {
        assertThatThrownBy(() -> new StoreDir(text))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("a store directory is an absolute path");
    }
}
