package io.nixfleet.agent.activation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreeSpaceTest {
    @TempDir Path dir;

    @Test
    void measuresTheFileSystemOfAPathThatIsYetToBe() throws Exception {
        assertThat(FreeSpace.bytesAt(dir.resolve("a/b/c"))).isPositive();
    }

    @Test
    void seesNoRoomInAFileSystemThatHoldsNothing() throws Exception {
        assertThat(FreeSpace.bytesAt(Path.of("/proc"))).isZero();
    }
}
