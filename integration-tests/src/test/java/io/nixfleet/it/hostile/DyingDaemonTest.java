package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.fetch.StoreContents;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.ServedClosure;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Nix daemon is killed in the midst of an import. */
class DyingDaemonTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private ServedClosure closure;
    private PausedNar paused;

    @BeforeEach
    void serve() {
        closure = ServedClosure.start(5, 2_000_000);
        paused = PausedNar.of(closure, closure.leaf());
    }

    @AfterEach
    void stop() {
        closure.close();
    }

    static Stream<NixInstallation> versions() {
        return SpoiltCacheTest.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void endsWithStoreFailureWhenTheWholeDaemonDies(NixInstallation nix) throws Exception {
        try (Host host = Host.with(nix, closure);
                AgentProgram.Running fetch = host.startFetch()) {
            paused.awaitReached();
            host.awaitImport(closure.leaf(), closure.otherLeaf());
            daemons(fetch).forEach(ProcessHandle::destroyForcibly);
            paused.goOn();

            AgentProgram.Run run = fetch.await(LIMIT);

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(6);
            assertThat(run.stderr())
                    .contains("store failure: " + closure.leaf().path())
                    .contains(host.store().directory().toString());
            Host.assertNoStackTrace(run);
            assertMended(host);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void survivesTheDeathOfOneOfItsDaemons(NixInstallation nix) throws Exception {
        try (Host host = Host.with(nix, closure);
                AgentProgram.Running fetch = host.startFetch()) {
            paused.awaitReached();
            host.awaitImport(closure.leaf(), closure.otherLeaf());
            daemons(fetch).getLast().destroyForcibly();
            paused.goOn();

            AgentProgram.Run run = fetch.await(LIMIT);

            // The victim may have been idle, or in the import: that path fails, the rest goes on.
            assertThat(run.exitCode()).as(run.stderr()).isIn(0, 6);
            Host.assertNoStackTrace(run);
            assertThat(host.store().isValid(closure.otherLeaf().path())).isTrue();
            assertMended(host);
        }
    }

    private void assertMended(Host host) throws Exception {
        StoreContents.assertSound(host.store());
        Set<StorePath> invalid =
                host.store().invalid(closure.members().stream().map(Member::path).toList());
        List<Member> missing =
                closure.members().stream()
                        .filter(member -> invalid.contains(member.path()))
                        .toList();
        closure.serve(closure.leaf());
        if (!missing.isEmpty()) {
            host.assertCompletes(missing);
        }
        host.assertNoLeftovers(closure.members());
    }

    /** The oldest first. */
    private static List<ProcessHandle> daemons(AgentProgram.Running fetch) {
        List<ProcessHandle> daemons =
                fetch.handle()
                        .children()
                        .sorted(Comparator.comparingLong(ProcessHandle::pid))
                        .toList();
        assertThat(daemons).isNotEmpty();
        return daemons;
    }
}
