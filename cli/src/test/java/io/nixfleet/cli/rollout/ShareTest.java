package io.nixfleet.cli.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShareTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "25", "25%", "0%", "100%", "12.5%"})
    void isANumberOrAPercentage(String text) {
        assertThat(Share.parse("--batch-size", text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "101%", "100.5%", "%", "a", "1 %", "9999999"})
    void isNothingElse(String text) {
        assertThatThrownBy(() -> Share.parse("--batch-size", text))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("--batch-size: '" + text + "' is neither a number");
    }
}
