package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.NewRelease;
import io.nixfleet.testing.controlplane.rollout.Refusal;
import io.nixfleet.testing.controlplane.rollout.Release;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The releases of a {@link Fleet}, which guards them. */
final class Releases {
    private final Map<String, Release> all = new LinkedHashMap<>();

    Release add(NewRelease content, Instant now) {
        Release release = new Release("rel-" + UUID.randomUUID(), content, now);
        all.put(release.id(), release);
        return release;
    }

    Release get(String id) {
        Release release = all.get(id);
        if (release == null) {
            throw Refusal.notFound("release %s not found".formatted(id));
        }
        return release;
    }

    void remove(String id) {
        all.remove(get(id).id());
    }

    /** The newest first. */
    List<Release> all() {
        return new ArrayList<>(all.values()).reversed();
    }
}
