package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.ManyPaths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Others work on the same store at the same time. */
class SharedStoreTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private ManyPaths closure;

    @BeforeEach
    void serve() {
        closure = ManyPaths.start(47, 60, 100_000);
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
    void losesNothingToAGarbageCollectionThatNeverEnds(NixInstallation nix) throws Exception {
        try (Host host = Host.with(nix, closure);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var over = new AtomicBoolean();
            var collections = new AtomicInteger();
            CompletableFuture<Void> collector =
                    CompletableFuture.runAsync(
                            () -> {
                                while (!over.get()) {
                                    host.store().collectGarbage();
                                    collections.incrementAndGet();
                                }
                            },
                            threads);
            AgentProgram.Run run;
            String root = host.store().directory().resolve("roots/result").toString();
            try {
                run = host.fetch("--add-root", root);
            } finally {
                over.set(true);
                collector.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }

            assertThat(run.exitCode()).as(run.stderr()).isZero();
            assertThat(collections.get()).as("collections").isGreaterThan(1);
            host.assertHolds(closure.members());
            host.store().collectGarbage();
            host.assertHolds(closure.members());
            host.assertNothingRuns();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void sharesTheClosureWithAnotherAgentAndNixItself(NixInstallation nix) throws Exception {
        try (Host host = Host.with(nix, closure);
                AgentProgram second = AgentProgram.with(nix);
                AgentProgram.Running one = host.startFetch();
                AgentProgram.Running other = second.start(host.command("fetch"));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Commands.Outcome> realised =
                    CompletableFuture.supplyAsync(() -> realise(host), threads);

            AgentProgram.Run first = one.await(LIMIT);
            AgentProgram.Run next = other.await(LIMIT);
            Commands.Outcome nixs = realised.get(LIMIT.toSeconds(), TimeUnit.SECONDS);

            assertThat(first.exitCode()).as(first.stderr()).isZero();
            assertThat(next.exitCode()).as(next.stderr()).isZero();
            assertThat(nixs.exitCode()).as(nixs.output()).isZero();
            host.assertHolds(closure.members());
            host.assertNoLeftovers(closure.members());
            host.assertNothingRuns();
        }
    }

    private Commands.Outcome realise(Host host) {
        var command =
                new ArrayList<>(
                        host.store()
                                .nix()
                                .command(
                                        "nix-store",
                                        "--realise",
                                        closure.top().path().toString(),
                                        "--store",
                                        host.store().directory().toString()));
        command.addAll(
                List.of(
                        "--option",
                        "substituters",
                        closure.server().uri().toString(),
                        "--option",
                        "trusted-public-keys",
                        closure.key().publicKey().toString()));
        return Commands.tryRun(command);
    }
}
