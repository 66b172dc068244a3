package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.BinaryCache;
import io.nixfleet.substituter.cache.BinaryCaches;
import io.nixfleet.substituter.cache.CacheLimits;
import io.nixfleet.substituter.cache.CacheOptions;
import io.nixfleet.substituter.cache.CacheTerms;
import io.nixfleet.substituter.cache.RetryPolicy;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.unpack.TreeArchiver;
import io.nixfleet.substituter.unpack.UnpackStore;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** A store and caches to fetch from, with limits so short that tests are quick. */
final class FetchBench implements AutoCloseable {
    /** For caches that are to answer; a busy machine can be slow. */
    private static final Duration PATIENT = Duration.ofSeconds(20);

    /** For caches that will not answer: each attempt takes as long. */
    private static final Duration IMPATIENT = Duration.ofSeconds(1);

    private static final AtomicInteger BENCHES = new AtomicInteger();

    private final String userAgent = "bench-" + BENCHES.incrementAndGet();
    private final Path directory;
    private final UnpackStore store;
    private final BinaryCaches caches;
    private final List<FetchEvent> events = new CopyOnWriteArrayList<>();
    private FetchListener heeding = _ -> {};
    private List<Fallback> fallbacks = List.of();
    private FetchPolicy policy = FetchPolicy.DEFAULT;
    private CacheTerms terms = CacheTerms.NONE;

    private FetchBench(Path directory, Duration patience) {
        this.directory = directory;
        store = new UnpackStore(directory, StoreDir.NIX_STORE);
        caches =
                new BinaryCaches(
                        CacheOptions.builder()
                                .userAgent(userAgent)
                                .retryPolicy(
                                        new RetryPolicy(
                                                2, Duration.ofMillis(2), Duration.ofMillis(10)))
                                .limits(
                                        CacheLimits.DEFAULT
                                                .withResponseTimeout(patience)
                                                .withLookupTimeout(patience)
                                                .withStallTimeout(patience)
                                                .withResumptions(2))
                                .build());
    }

    static FetchBench in(Path directory) {
        return new FetchBench(directory, PATIENT);
    }

    /** One that soon gives up on a cache that is silent. */
    static FetchBench impatient(Path directory) {
        return new FetchBench(directory, IMPATIENT);
    }

    static FetchBench forSpoilage(Path directory, Spoilage spoilage) {
        return spoilage.silent() ? impatient(directory) : in(directory);
    }

    FetchBench fallbacks(Fallback... values) {
        fallbacks = List.of(values);
        return this;
    }

    /** Hears every event, too. */
    FetchBench heed(FetchListener value) {
        heeding = value;
        return this;
    }

    FetchBench policy(FetchPolicy value) {
        policy = value;
        return this;
    }

    /** The usual buffers, and these limits. */
    static FetchPolicy policy(int lookups, int downloads, int maxPaths, int failures, int spoilt) {
        return new FetchPolicy(
                lookups,
                downloads,
                FetchPolicy.DEFAULT.buffers(),
                FetchPolicy.DEFAULT.bufferOfDownload(),
                maxPaths,
                failures,
                spoilt);
    }

    FetchBench terms(CacheTerms value) {
        terms = value;
        return this;
    }

    Substituter substituter(ServedClosure closure, URI... urls) {
        List<BinaryCache> opened = Stream.of(urls).map(url -> caches.open(url, terms)).toList();
        return new Substituter(
                store,
                opened,
                fallbacks,
                TrustedKeys.of(List.of(closure.key().publicKey())),
                List.of(),
                policy,
                event -> {
                    events.add(event);
                    heeding.on(event);
                });
    }

    FetchOutcome fetch(ServedClosure closure) throws Exception {
        return fetch(closure, closure.server().uri());
    }

    FetchOutcome fetch(ServedClosure closure, URI... urls) throws Exception {
        events.clear();
        try (Substitution substitution = substituter(closure, urls).open()) {
            return substitution.fetch(List.of(closure.top().path()));
        }
    }

    /** What was heard during the last fetch. */
    <E extends FetchEvent> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    static PathResult result(FetchOutcome outcome, Member member) {
        List<PathResult> found =
                outcome.results().stream()
                        .filter(result -> result.path().equals(member.path()))
                        .toList();
        assertThat(found).as("results for %s in %s", member.path(), outcome).hasSize(1);
        return found.getFirst();
    }

    /** These and no others are valid, with the content that they should have. */
    void assertHolds(Collection<Member> members)
            throws IOException, StoreException, InterruptedException {
        var names = new TreeSet<String>();
        var paths = new ArrayList<StorePath>();
        for (Member member : members) {
            names.add(member.path().baseName());
            paths.add(member.path());
            var nar = new ByteArrayOutputStream();
            TreeArchiver.dump(directory.resolve(member.path().toString().substring(1)), nar);
            assertThat(nar.toByteArray()).as(member.path().toString()).isEqualTo(member.nar());
        }
        try (Stream<Path> files = Files.list(directory.resolve("nix/store"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .as("what lies in the store, leftovers too")
                    .containsExactlyInAnyOrderElementsOf(names);
        }
        try (var session = store.openSession()) {
            assertThat(session.protectAndQueryValid(paths))
                    .containsExactlyInAnyOrderElementsOf(paths);
        }
    }

    /** What this bench asked the server for; one before it may still have been asking meanwhile. */
    List<String> requestsTo(HostileServer server) {
        return server.requests().stream()
                .filter(request -> request.header("User-Agent").equals(userAgent))
                .map(HostileServer.Request::path)
                .toList();
    }

    /** What a fetch asks for that lacks these and nothing else. */
    static List<String> requestsFor(Collection<Member> members) {
        var files = new ArrayList<>(List.of("/nix-cache-info"));
        for (Member member : members) {
            files.add(ServedClosure.narInfoFile(member));
            files.add(ServedClosure.narFile(member));
        }
        return files;
    }

    @Override
    public void close() {
        caches.close();
    }
}
