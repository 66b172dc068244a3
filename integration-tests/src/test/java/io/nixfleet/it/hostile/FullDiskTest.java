package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.ServedClosure;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The file system of the store has no room for a path. */
class FullDiskTest {
    private static final int LEAF_BYTES = 40 << 20;

    static Stream<NixInstallation> versions() {
        return SpoiltCacheTest.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void saysThatNoSpaceIsLeftAndCompletesOnceThereIs(NixInstallation nix) throws Exception {
        try (var closure = ServedClosure.start(7, LEAF_BYTES);
                Host host = Host.with(nix, closure);
                // Room for Nix's database and its reserve of 8 MB, not for the leaf.
                SmallDisk disk = SmallDisk.mount(host.store().directory().toRealPath(), "30m")) {
            AgentProgram.Run run = host.fetch();

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(6);
            assertThat(run.stderr())
                    .contains("store failure: " + closure.leaf().path())
                    .contains("No space left on device");
            Host.assertNoStackTrace(run);
            assertThat(host.store().isValid(closure.leaf().path())).isFalse();

            disk.resize("200m");
            host.assertHolds(List.of(closure.otherLeaf()));
            host.assertCompletes(List.of(closure.leaf(), closure.app(), closure.top()));
            host.assertNoLeftovers(closure.members());
        }
    }

    /** A file system in memory, mounted on a directory as long as it is open. */
    private record SmallDisk(String directory) implements AutoCloseable {
        static SmallDisk mount(java.nio.file.Path directory, String size) {
            Commands.run(
                    List.of(
                            "mount",
                            "-t",
                            "tmpfs",
                            "-o",
                            "size=" + size,
                            "tmpfs",
                            directory.toString()));
            return new SmallDisk(directory.toString());
        }

        void resize(String size) {
            Commands.run(List.of("mount", "-o", "remount,size=" + size, directory));
        }

        @Override
        public void close() {
            Commands.run(List.of("umount", "--lazy", directory));
        }
    }
}
