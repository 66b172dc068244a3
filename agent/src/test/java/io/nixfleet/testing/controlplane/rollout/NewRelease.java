package io.nixfleet.testing.controlplane.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A release to register: at least one entry, each of another host. */
public record NewRelease(
        Optional<String> flakeRef,
        Optional<String> flakeRev,
        Optional<String> cacheUrl,
        List<ReleaseEntry> entries) {
    public NewRelease {
        entries = List.copyOf(entries);
        if (entries.isEmpty()) {
            throw Refusal.bad("entries must not be empty");
        }
        Set<String> hosts = new HashSet<>();
        for (ReleaseEntry entry : entries) {
            if (!hosts.add(entry.hostname())) {
                throw Refusal.bad("two entries are of host " + entry.hostname());
            }
        }
    }

    public static NewRelease read(JsonNode body) {
        Fields fields = Fields.of(body);
        return new NewRelease(
                fields.optionalText("flake_ref"),
                fields.optionalText("flake_rev"),
                fields.optionalText("cache_url"),
                fields.objects("entries").stream().map(ReleaseEntry::read).toList());
    }
}
