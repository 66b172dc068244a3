package io.nixfleet.agent.fetch;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenFilesTest {
    @TempDir Path process;

    private void limit(String limit) throws IOException {
        Files.writeString(
                process.resolve("limits"),
                "Limit                     Soft Limit           Hard Limit           Units     \n"
                        + "Max open files            "
                        + limit
                        + "                 4096                 files     \n");
        for (int i = 0; i < 10; i++) {
            Files.createDirectories(process.resolve("fd/" + i));
        }
    }

    @Test
    void refusesALimitThatAFetchWouldExhaust() throws IOException {
        limit("105");

        assertThatThrownBy(() -> OpenFiles.requireEnoughForAFetch(process))
                .hasMessage(
                        "at most 105 files may be open, and 10 are: a fetch needs 96 more; raise"
                                + " the limit (ulimit -n 106, or LimitNOFILE=106 of the systemd"
                                + " unit)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"106", "1024", "unlimited"})
    void takesALimitThatIsHighEnough(String limit) throws IOException {
        limit(limit);

        assertThatCode(() -> OpenFiles.requireEnoughForAFetch(process)).doesNotThrowAnyException();
    }

    @Test
    void readsTheLimitOfThisProcess() {
        assertThatCode(OpenFiles::requireEnoughForAFetch).doesNotThrowAnyException();
    }
}
