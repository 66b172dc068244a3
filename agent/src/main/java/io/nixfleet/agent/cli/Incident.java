package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.Units;
import io.nixfleet.substituter.fetch.FetchEvent;
import io.nixfleet.substituter.fetch.PathResult;
import java.util.Optional;

/** The events that people want to read of at once, as one line each. */
final class Incident {
    private Incident() {}

    static Optional<String> describe(FetchEvent event) {
        return switch (event) {
            case FetchEvent.CacheSetAside(String cache, String reason) ->
                    Optional.of("%s is not asked any more: %s".formatted(cache, reason));
            case FetchEvent.SourceFailed(var path, _, String reason) ->
                    Optional.of("%s: %s".formatted(path.baseName(), reason));
            case FetchEvent.Retrying(_, _, int attempt, var delay, String reason) ->
                    Optional.of(
                            "%s; attempt %d in %s"
                                    .formatted(reason, attempt, Units.duration(delay)));
            case FetchEvent.Resumed(_, String what, long offset) ->
                    Optional.of("%s: resumed at %s".formatted(what, Units.bytes(offset)));
            case FetchEvent.FallbackStarted(String by, var paths) ->
                    Optional.of("%s by %s".formatted(Units.count(paths.size(), "path"), by));
            case FetchEvent.FallbackOutput(String by, String line, boolean problem) ->
                    problem ? Optional.of("%s: %s".formatted(by, line)) : Optional.empty();
            case FetchEvent.StoreLost(_, var reason) ->
                    Optional.of("the store failed: " + reason.getMessage());
            case FetchEvent.PathDone(PathResult.StoreFailed(var path, String reason)) ->
                    Optional.of("%s: %s".formatted(path.baseName(), reason));
            case FetchEvent.PathDone _,
                    FetchEvent.Walking _,
                    FetchEvent.Planned _,
                    FetchEvent.Replanned _,
                    FetchEvent.FallbackProgress _,
                    FetchEvent.PathStarted _,
                    FetchEvent.NarProgress _ ->
                    Optional.empty();
        };
    }
}
