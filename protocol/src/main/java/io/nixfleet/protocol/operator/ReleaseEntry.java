package io.nixfleet.protocol.operator;

import java.util.List;

/**
 * What one host gets of a release.
 *
 * @param storePath the system, as a full store path
 * @param platform such as {@code x86_64-linux}
 */
public record ReleaseEntry(String hostname, String storePath, String platform, List<String> tags) {
    public ReleaseEntry {
        tags = List.copyOf(tags);
    }
}
