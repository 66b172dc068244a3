package io.nixfleet.cli.agents;

import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the agents of hosts listen.
 *
 * @param named by the names of their hosts
 * @param unnamed whose URLs alone tell their hosts' names, by the hosts of these URLs
 */
public record AgentAddresses(Map<String, URI> named, Map<String, URI> unnamed) {
    public AgentAddresses {
        named = Map.copyOf(named);
        unnamed = Map.copyOf(unnamed);
    }

    /** Collects addresses. */
    public static final class Builder {
        private final Map<String, URI> named = new LinkedHashMap<>();
        private final Map<String, URI> unnamed = new LinkedHashMap<>();

        /**
         * A host's.
         *
         * @param source what says it, for messages
         * @throws FormatException when it is no URL, or the host has another one
         */
        public Builder add(String source, String host, String url) {
            put(named, source, host, url(source, url));
            return this;
        }

        /**
         * One of the option: {@code https://host:9443}, or {@code name=https://host:9443}.
         *
         * @throws FormatException when it is neither
         */
        public Builder add(String source, String word) {
            int equals = word.indexOf('=');
            int scheme = word.indexOf("://");
            if (equals > 0 && equals < scheme) {
                return add(source, word.substring(0, equals), word.substring(equals + 1));
            }
            URI url = url(source, word);
            put(unnamed, source, hostOf(url), url);
            return this;
        }

        private static void put(Map<String, URI> map, String source, String host, URI url) {
            URI former = map.putIfAbsent(host, url);
            if (former != null && !former.equals(url)) {
                throw new FormatException("%s: %s has two agents".formatted(source, host));
            }
        }

        /** Not quoted when it is wrong: it may hold a login. */
        private static URI url(String source, String text) {
            URI url;
            try {
                url = new URI(text);
            } catch (URISyntaxException e) {
                throw new FormatException(
                        "%s: the URL of an agent is like https://web-1:9443: %s at character %d"
                                .formatted(source, e.getReason(), e.getIndex() + 1));
            }
            if (url.getHost() == null) {
                throw new FormatException(
                        "%s: the URL of an agent is like https://web-1:9443, with a host"
                                .formatted(source));
            }
            return url;
        }

        private static String hostOf(URI url) {
            return url.getHost().replaceAll("^\\[|]$", "");
        }

        public AgentAddresses build() {
            return new AgentAddresses(named, unnamed);
        }
    }

    public boolean empty() {
        return named.isEmpty() && unnamed.isEmpty();
    }

    /**
     * Where the agent of a host is: by the host's name, else by a URL with that name as its host,
     * or as the first label of it.
     */
    public Optional<URI> of(String host) {
        URI url = named.get(host);
        if (url == null) {
            url = unnamed.get(host);
        }
        return url != null ? Optional.of(url) : Optional.ofNullable(byLabel().get(host));
    }

    private Map<String, URI> byLabel() {
        var labels = new HashMap<String, URI>();
        var ambiguous = new HashMap<String, URI>();
        unnamed.forEach(
                (name, url) -> {
                    String label = name.replaceFirst("\\..*", "");
                    if (labels.putIfAbsent(label, url) != null) {
                        ambiguous.put(label, url);
                    }
                });
        labels.keySet().removeAll(ambiguous.keySet());
        return labels;
    }
}
