package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.control.CacheState.Standing;
import io.nixfleet.nix.narinfo.Trust;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.PathResult;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is told of caches after the events of fetches. */
class CacheWatchTest {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final StorePath PATH =
            StorePath.parse(
                    StoreDir.NIX_STORE, "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello");
    private static final String OWN = "https://cache.example";
    private static final String EXTRA = "https://mirror.example/nix";
    private static final String OTHER = "https://other.example";

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final CacheWatch watch = new CacheWatch(List.of(OWN, EXTRA), now::get);

    private FetchListener begin(String... urls) {
        return watch.begin(List.of(urls).stream().map(URI::create).toList());
    }

    private CacheState state(String name) {
        return watch.states().stream()
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static FetchEvent fetched(String cache) {
        return new FetchEvent.PathDone(
                new PathResult.Fetched(
                        PATH, cache, new Trust.ContentAddressed(), 10, 20, Duration.ofMillis(5)));
    }

    @Test
    void knowsThoseOfTheConfigurationBeforeAnyFetch() {
        assertThat(watch.states())
                .containsExactly(CacheState.notAsked(OWN), CacheState.notAsked(EXTRA));
    }

    @Test
    void tellsNothingNewOfAFetchThatAskedNobody() {
        begin(OWN).on(new FetchEvent.Walking(0, 0));

        assertThat(state(OWN).standing()).isEqualTo(Standing.NOT_ASKED);
    }

    @Test
    void countsWhatCameAndWhatWentWrong() {
        FetchListener fetch = begin(OWN + "/", EXTRA);
        fetch.on(new FetchEvent.Walking(3, 1));
        assertThat(state(OWN)).isEqualTo(CacheState.asked(OWN, START));

        fetch.on(fetched(OWN));
        fetch.on(fetched(OWN));
        fetch.on(new FetchEvent.Retrying(EXTRA, "nar", 2, Duration.ZERO, "reset"));
        fetch.on(new FetchEvent.SourceFailed(PATH, EXTRA, "status 500"));

        assertThat(state(OWN)).isEqualTo(CacheState.asked(OWN, START).gave(2));
        CacheState extra = state(EXTRA);
        assertThat(extra.standing()).isEqualTo(Standing.TROUBLED);
        assertThat(extra.problem()).contains("status 500");
        assertThat(extra.failedPaths()).isEqualTo(1);
        assertThat(extra.retries()).isEqualTo(1);
    }

    @Test
    void keepsWhyACacheWasSetAsideUntilTheNextFetch() {
        FetchListener fetch = begin(OWN);
        fetch.on(new FetchEvent.CacheSetAside(OWN, "no nix-cache-info"));
        fetch.on(new FetchEvent.SourceFailed(PATH, OWN, "reset"));

        assertThat(state(OWN).standing()).isEqualTo(Standing.SET_ASIDE);
        assertThat(state(OWN).problem()).contains("no nix-cache-info");

        now.set(START.plusSeconds(60));
        begin(OWN).on(new FetchEvent.Walking(1, 0));
        assertThat(state(OWN)).isEqualTo(CacheState.asked(OWN, START.plusSeconds(60)));
    }

    @Test
    void keepsOfOtherCachesOnlyThoseOfTheLatestFetch() {
        begin(OTHER).on(new FetchEvent.Walking(1, 0));
        assertThat(watch.states().stream().map(CacheState::name))
                .containsExactly(OWN, EXTRA, OTHER);
        assertThat(state(OWN).standing()).isEqualTo(Standing.NOT_ASKED);

        now.set(START.plusSeconds(60));
        begin(OWN).on(new FetchEvent.Walking(1, 0));
        assertThat(watch.states().stream().map(CacheState::name)).containsExactly(OWN, EXTRA);
    }

    @Test
    void countsWhatTheFallbackBrings() {
        String by = "nix-store --realise";
        FetchListener fetch = begin(OWN);
        fetch.on(new FetchEvent.FallbackStarted(by, List.of(PATH)));
        fetch.on(new FetchEvent.FallbackProgress(by, 3, 100, 200));
        fetch.on(new FetchEvent.FallbackOutput(by, "copying", false));
        assertThat(state(by)).isEqualTo(CacheState.asked(by, START).gave(3));

        fetch.on(new FetchEvent.FallbackOutput(by, "cannot connect", true));
        assertThat(state(by).standing()).isEqualTo(Standing.TROUBLED);
        assertThat(state(by).problem()).contains("cannot connect");
    }

    @Test
    void hasNoLoginOfACache() {
        begin("https://user:hunter2@other.example/?priority=10").on(new FetchEvent.Walking(1, 0));

        assertThat(watch.states().toString()).contains(OTHER).doesNotContain("hunter2");
    }

    @Test
    void leavesOutWhatIsNoCache() {
        begin("ftp://x/", "https:opaque").on(new FetchEvent.Walking(1, 0));

        assertThat(watch.states()).hasSize(2);
    }
}
