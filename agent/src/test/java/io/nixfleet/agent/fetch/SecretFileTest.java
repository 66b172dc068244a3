package io.nixfleet.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFileTest {
    @TempDir Path directory;

    private List<String> warnings(String mode) throws IOException {
        Path file = Files.createFile(directory.resolve("key.pem"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        var warnings = new ArrayList<String>();
        SecretFile.warnOfOthers("client key", file, warnings::add);
        return warnings;
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--------", "rw-------", "rw-r-----"})
    void saysNothingOfWhatIsKeptWell(String mode) throws IOException {
        assertThat(warnings(mode)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "rw-r--r--, can be read by every user (rw-r--r--): chmod 600 it",
        "rw-rw----, can be changed by others (rw-rw----): chmod 600 it",
        "rw-----w-, can be changed by others (rw-----w-): chmod 600 it"
    })
    void saysWhoElseHasIt(String mode, String words) throws IOException {
        assertThat(warnings(mode))
                .containsExactly("client key %s %s".formatted(directory.resolve("key.pem"), words));
    }
}
