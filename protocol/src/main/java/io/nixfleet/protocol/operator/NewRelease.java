package io.nixfleet.protocol.operator;

import java.util.List;
import java.util.Optional;

/**
 * A release to register: {@code POST /api/v1/releases}.
 *
 * @param flakeRef where it was built from, as the operator named it
 * @param flakeRev the revision that this was
 * @param cacheUrl where hosts fetch it from
 * @param entries at least one, each of another host
 */
public record NewRelease(
        Optional<String> flakeRef,
        Optional<String> flakeRev,
        Optional<String> cacheUrl,
        List<ReleaseEntry> entries) {
    public NewRelease {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a release has at least one host");
        }
    }
}
