package io.nixfleet.testing.controlplane.rollout;

import java.util.List;

/** What one host gets of a release. */
public record ReleaseEntry(String hostname, String storePath, String platform, List<String> tags) {
    public ReleaseEntry {
        tags = List.copyOf(tags);
    }

    static ReleaseEntry read(Fields fields) {
        return new ReleaseEntry(
                fields.text("hostname"),
                fields.text("store_path"),
                fields.text("platform"),
                fields.texts("tags").orElse(List.of()));
    }
}
