package io.nixfleet.protocol;

import java.time.Duration;
import java.util.Optional;

/**
 * What a machine should run: the answer to {@code GET /api/v1/machines/{id}/desired-generation}.
 *
 * @param hash the full store path of the system
 * @param cacheUrl the cache to fetch it from; a control plane may forget it over a restart
 * @param pollHint when to ask again, once
 */
public record DesiredGeneration(
        String hash, Optional<String> cacheUrl, Optional<Duration> pollHint) {
    public DesiredGeneration {
        if (hash.isBlank()) {
            throw new IllegalArgumentException("the desired generation's hash is empty");
        }
    }
}
