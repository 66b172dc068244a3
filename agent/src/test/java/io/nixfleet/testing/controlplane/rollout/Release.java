package io.nixfleet.testing.controlplane.rollout;

import java.time.Instant;
import java.util.Optional;

/** A release that is registered. */
public record Release(String id, NewRelease content, Instant createdAt) {
    /** The store path of a host in it. */
    public Optional<String> path(String host) {
        return content.entries().stream()
                .filter(entry -> entry.hostname().equals(host))
                .map(ReleaseEntry::storePath)
                .findFirst();
    }
}
