package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.fetch.StoreContents;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.ServedClosure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A host with the agent, a Nix and a store of its own, which fetches the top of a closure. */
final class Host implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final AgentProgram agent;
    private final ChrootStore store;
    private final ServedClosure closure;

    private Host(AgentProgram agent, ChrootStore store, ServedClosure closure) {
        this.agent = agent;
        this.store = store;
        this.closure = closure;
    }

    static Host with(NixInstallation nix, ServedClosure closure) throws IOException {
        return new Host(AgentProgram.with(nix), nix.newStore(), closure);
    }

    AgentProgram agent() {
        return agent;
    }

    ChrootStore store() {
        return store;
    }

    AgentProgram.Run fetch(String... more) throws IOException, InterruptedException {
        return agent.run(command("fetch", more));
    }

    AgentProgram.Running startFetch(String... more) throws IOException {
        return agent.start(command("fetch", more));
    }

    /** The command line that brings the closure's top into the store. */
    String[] command(String subcommand, String... more) {
        var command = new ArrayList<String>();
        command.add(subcommand);
        command.addAll(List.of(more));
        command.addAll(
                List.of(
                        "--from",
                        closure.server().uri().toString(),
                        "--store",
                        store.directory().toString(),
                        "--trusted-public-key",
                        closure.key().publicKey().toString(),
                        // Only caches are looked at here.
                        "--no-fallback",
                        closure.top().path().toString()));
        return command.toArray(String[]::new);
    }

    /** Waits until Nix is unpacking the one and has imported the other. */
    void awaitImport(Member unpacking, Member imported) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!Files.exists(store.file(unpacking.path())) || !store.isValid(imported.path())) {
            assertThat(System.nanoTime()).as("%s is imported", imported).isLessThan(deadline);
        }
    }

    /** These of the closure are valid and no others, and Nix finds nothing wrong. */
    void assertHolds(Collection<Member> members) {
        Set<StorePath> invalid =
                store.invalid(closure.members().stream().map(Member::path).toList());
        for (Member member : closure.members()) {
            assertThat(!invalid.contains(member.path()))
                    .as("%s is valid", member.path())
                    .isEqualTo(members.contains(member));
        }
        StoreContents.assertSound(store);
    }

    /**
     * Nothing but valid paths lies in the store. Nix leaves what it had unpacked of a bad path, and
     * a lock, until it imports the path again or collects garbage.
     */
    void assertNoLeftovers(Collection<Member> members) throws IOException {
        Path files = store.directory().resolve("nix/store");
        try (Stream<Path> found = Files.list(files)) {
            assertThat(found.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> !name.equals(".links"))
                    .containsExactlyInAnyOrderElementsOf(
                            members.stream().map(member -> member.path().baseName()).toList());
        }
    }

    /** A second run succeeds and asks for what is missing only. */
    void assertCompletes(Collection<Member> missing) throws IOException, InterruptedException {
        int before = closure.server().requests().size();

        AgentProgram.Run run = fetch("--json");

        assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
        assertThat(run.json().at("/status").asText()).isEqualTo("complete");
        var expected = new ArrayList<>(List.of("/nix-cache-info"));
        for (Member member : missing) {
            expected.add(ServedClosure.narInfoFile(member));
            expected.add(ServedClosure.narFile(member));
        }
        assertThat(
                        closure.server().requests().stream()
                                .skip(before)
                                .map(HostileServer.Request::path))
                .containsExactlyInAnyOrderElementsOf(expected);
        assertHolds(closure.members());
    }

    static void assertNoStackTrace(AgentProgram.Run run) {
        assertThat(run.stderr() + run.stdout())
                .doesNotContain("\tat ")
                .doesNotContain("Exception")
                .doesNotContain("report it with");
    }

    @Override
    public void close() {
        agent.close();
        store.close();
    }
}
