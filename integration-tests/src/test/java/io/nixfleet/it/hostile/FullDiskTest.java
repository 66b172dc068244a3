package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.fetch.StoreContents;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.ManyPaths;
import io.nixfleet.testing.cache.ServedClosure;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The file system of the store has no room for a path, or takes nothing at all. */
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
                SmallDisk disk =
                        SmallDisk.mount(host.store().directory().toRealPath(), "size=30m")) {
            AgentProgram.Run run = host.fetch();

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(6);
            assertThat(run.stderr())
                    .contains("store failure: " + closure.leaf().path())
                    .contains("No space left on device");
            Host.assertNoStackTrace(run);
            assertThat(host.store().isValid(closure.leaf().path())).isFalse();

            disk.remount("size=200m");
            host.assertHolds(List.of(closure.otherLeaf()));
            host.assertCompletes(List.of(closure.leaf(), closure.app(), closure.top()));
            host.assertNoLeftovers(closure.members());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void saysThatNoInodeIsLeftAndCompletesOnceThereIs(NixInstallation nix) throws Exception {
        try (var closure = ManyPaths.start(7, 40, 1000);
                Host host = Host.with(nix, closure);
                SmallDisk disk =
                        SmallDisk.mount(
                                host.store().directory().toRealPath(), "size=200m,nr_inodes=70")) {
            AgentProgram.Run run = host.fetch();

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(6);
            assertThat(run.stderr()).contains("store failure: ", "No space left on device");
            Host.assertNoStackTrace(run);
            host.assertNothingRuns();

            disk.remount("nr_inodes=0");
            StoreContents.assertSound(host.store());
            host.assertCompletes(host.missing());
            host.assertNoLeftovers(closure.members());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void saysThatTheStoreIsReadOnlyAndCompletesOnceItIsNot(NixInstallation nix) throws Exception {
        try (var closure = ServedClosure.start(7);
                Host host = Host.with(nix, closure);
                SmallDisk disk =
                        SmallDisk.mount(host.store().directory().toRealPath(), "size=200m")) {
            host.assertHolds(List.of());
            disk.remount("ro");
            AgentProgram.Run run = host.fetch();

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(6);
            assertThat(run.stderr()).contains("writable");
            Host.assertNoStackTrace(run);
            host.assertNothingRuns();

            disk.remount("rw");
            host.assertCompletes(closure.members());
            host.assertNoLeftovers(closure.members());
        }
    }
}
