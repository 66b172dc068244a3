package io.nixfleet.agent.cycle;

import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.PathResult;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * How caches did: those of the configuration in the latest fetch that asked them, others in the
 * latest fetch of all. A fetch that finds everything in the store asks nobody, and changes nothing.
 * Safe for many threads.
 */
final class CacheWatch {
    private final InstantSource clock;
    private final Map<String, CacheState> own = new LinkedHashMap<>();
    private final Map<String, CacheState> others = new LinkedHashMap<>();

    /**
     * @param configured names of caches, shown before any of them is asked
     */
    CacheWatch(Collection<String> configured, InstantSource clock) {
        this.clock = clock;
        configured.forEach(name -> own.put(name, CacheState.notAsked(name)));
    }

    /** Those of the configuration first. */
    synchronized List<CacheState> states() {
        return Stream.concat(own.values().stream(), others.values().stream()).toList();
    }

    /** A fetch begins that may ask these; the listener hears of it. */
    FetchListener begin(List<URI> caches) {
        return new Fetch(caches.stream().flatMap(url -> name(url).stream()).toList());
    }

    /** A URL that is none of a cache has no name, and its fetch fails anyway. */
    private static Optional<String> name(URI url) {
        try {
            return Optional.of(FetchSources.nameOf(url));
        } catch (FormatException _) {
            return Optional.empty();
        }
    }

    private final class Fetch implements FetchListener {
        private final List<String> caches;
        private Optional<Instant> began = Optional.empty();

        private Fetch(List<String> caches) {
            this.caches = caches;
        }

        @Override
        public void on(FetchEvent event) {
            switch (event) {
                case FetchEvent.Walking(int known, _) -> {
                    if (known > 0) {
                        began();
                    }
                }
                case FetchEvent.PathDone(PathResult.Fetched fetched) ->
                        change(fetched.cache(), cache -> cache.gave(1));
                case FetchEvent.Retrying(String cache, _, _, _, String reason) ->
                        change(cache, state -> state.retried(reason));
                case FetchEvent.SourceFailed(_, String cache, String reason) ->
                        change(cache, state -> state.failed(reason));
                case FetchEvent.CacheSetAside(String cache, String reason) ->
                        change(cache, state -> state.setAside(reason));
                case FetchEvent.FallbackStarted(String by, _) -> change(by, state -> state);
                case FetchEvent.FallbackProgress(String by, int paths, _, _) ->
                        change(by, state -> state.gave(paths));
                case FetchEvent.FallbackOutput(String by, String line, boolean problem) -> {
                    if (problem) {
                        change(by, state -> state.troubled(line));
                    }
                }
                case FetchEvent.PathDone _,
                        FetchEvent.Planned _,
                        FetchEvent.Replanned _,
                        FetchEvent.PathStarted _,
                        FetchEvent.NarProgress _,
                        // After a retry, which was told.
                        FetchEvent.Resumed _,
                        FetchEvent.StoreLost _ -> {}
            }
        }

        private Instant began() {
            synchronized (CacheWatch.this) {
                if (began.isEmpty()) {
                    Instant now = clock.instant();
                    began = Optional.of(now);
                    others.clear();
                    caches.forEach(name -> put(CacheState.asked(name, now)));
                }
                return began.get();
            }
        }

        private void change(String name, UnaryOperator<CacheState> change) {
            synchronized (CacheWatch.this) {
                Instant when = began();
                CacheState known = home(name).get(name);
                CacheState was =
                        known != null && known.asked().equals(began)
                                ? known
                                : CacheState.asked(name, when);
                put(change.apply(was));
            }
        }

        private void put(CacheState state) {
            home(state.name()).put(state.name(), state);
        }

        private Map<String, CacheState> home(String name) {
            return own.containsKey(name) ? own : others;
        }
    }
}
