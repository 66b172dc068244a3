package io.nixfleet.cli.flake;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which hosts are meant: names, in which {@code *} stands for any characters.
 *
 * @param patterns none for all hosts
 */
public record HostPatterns(List<String> patterns) {
    public HostPatterns {
        patterns = List.copyOf(patterns);
    }

    /** The hosts that one of the patterns means, in their own order. */
    public List<String> of(Collection<String> hosts) {
        return hosts.stream()
                .filter(
                        host ->
                                patterns.isEmpty()
                                        || patterns.stream().anyMatch(one -> means(one, host)))
                .toList();
    }

    /** The patterns that mean none of the hosts: mistakes, most likely. */
    public List<String> idle(Collection<String> hosts) {
        return patterns.stream()
                .filter(one -> hosts.stream().noneMatch(host -> means(one, host)))
                .toList();
    }

    private static boolean means(String pattern, String host) {
        String expression =
                Stream.of(pattern.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*"));
        return host.matches(expression);
    }
}
