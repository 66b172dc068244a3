package io.nixfleet.protocol.operator;

import java.util.List;
import java.util.Optional;

/**
 * A registered release.
 *
 * @param createdAt when, in RFC 3339; empty if the control plane does not say
 * @param createdBy who, in the control plane's words; empty if it does not say
 */
public record Release(
        String id,
        Optional<String> flakeRef,
        Optional<String> flakeRev,
        Optional<String> cacheUrl,
        List<ReleaseEntry> entries,
        String createdAt,
        String createdBy) {
    public Release {
        entries = List.copyOf(entries);
    }
}
