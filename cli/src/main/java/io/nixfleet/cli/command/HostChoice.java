package io.nixfleet.cli.command;

import io.nixfleet.cli.flake.HostPatterns;
import io.nixfleet.protocol.operator.ReleaseEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which hosts of a release are meant.
 *
 * @param release its name, for messages
 * @param tags of which hosts have all; none for any
 * @param hosts patterns of names; none for any
 */
record HostChoice(String release, List<String> tags, List<String> hosts) {
    HostChoice {
        tags = List.copyOf(tags);
        hosts = List.copyOf(hosts);
    }

    /**
     * Those that are meant, in the release's order.
     *
     * @throws CommandFailure when a pattern, or the tags, mean none
     */
    List<ReleaseEntry> of(List<ReleaseEntry> entries) throws CommandFailure {
        List<String> all = entries.stream().map(ReleaseEntry::hostname).toList();
        var patterns = new HostPatterns(hosts);
        List<String> idle = patterns.idle(all);
        if (!idle.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "release %s has no host %s; it has %s"
                            .formatted(release, String.join(", ", idle), String.join(", ", all)));
        }
        Set<String> meant = new HashSet<>(patterns.of(all));
        List<ReleaseEntry> chosen =
                entries.stream()
                        .filter(entry -> meant.contains(entry.hostname()))
                        .filter(entry -> entry.tags().containsAll(tags))
                        .toList();
        if (chosen.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "release %s has no host with %s"
                            .formatted(
                                    release,
                                    tags.isEmpty()
                                            ? "an entry"
                                            : "the tags " + String.join(", ", tags)));
        }
        return chosen;
    }
}
