package io.nixfleet.cli.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShareTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "25", "25%", "0%", "100%", "12.5%"})
    void isANumberOrAPercentage(String text) {
        assertThat(Share.parse("--batch-size", text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 10, 3",
        "0, 10, 0",
        "30, 10, 30",
        "25%, 4, 1",
        "25%, 5, 2",
        "0%, 7, 0",
        "100%, 7, 7",
        "7%, 100, 7",
        "12.5%, 8, 1",
        "0.001%, 1, 1",
        "100%, 1000000, 1000000"
    })
    void isSoManyOfSome(String text, int machines, int share) {
        assertThat(new Share(text).of(machines)).isEqualTo(share);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "101%", "100.5%", "%", "a", "1 %", "9999999"})
    void isNothingElse(String text) {
        assertThatThrownBy(() -> Share.parse("--batch-size", text))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("--batch-size: '" + text + "' is neither a number");
    }
}
