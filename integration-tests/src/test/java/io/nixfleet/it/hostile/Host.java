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
import io.nixfleet.testing.cache.ServedPaths;
import java.io.IOException;
import java.net.URI;
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
    private final ServedPaths closure;
    private final URI from;

    private Host(AgentProgram agent, ChrootStore store, ServedPaths closure, URI from) {
        this.agent = agent;
        this.store = store;
        this.closure = closure;
        this.from = from;
    }

    static Host with(NixInstallation nix, ServedPaths closure) throws IOException {
        return with(nix, closure, closure.server().uri());
    }

    /** One that reaches the closure's server by another address. */
    static Host with(NixInstallation nix, ServedPaths closure, URI from) throws IOException {
        return new Host(AgentProgram.with(nix), nix.newStore(), closure, from);
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
                        from.toString(),
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

    /** Those of the closure that are not valid. */
    List<Member> missing() {
        Set<StorePath> invalid =
                store.invalid(closure.members().stream().map(Member::path).toList());
        return closure.members().stream()
                .filter(member -> invalid.contains(member.path()))
                .toList();
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

    /** No process works on the store any more, and no file of the agent is left in /tmp. */
    void assertNothingRuns() throws IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!workers().isEmpty()) {
            assertThat(System.nanoTime()).as("%s end", workers()).isLessThan(deadline);
            Thread.onSpinWait();
        }
        assertThat(agent.temporaryFiles()).isEmpty();
    }

    private List<String> workers() {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(command -> command.contains(store.directory().toString()))
                .toList();
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
