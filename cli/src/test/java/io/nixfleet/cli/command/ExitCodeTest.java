package io.nixfleet.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
    @Test
    void isTheDocumentedNumber() {
        assertThat(Arrays.stream(ExitCode.values()).mapToInt(ExitCode::code))
                .containsExactly(0, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }
}
