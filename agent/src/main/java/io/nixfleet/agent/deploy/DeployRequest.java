package io.nixfleet.agent.deploy;

import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Someone wants this host to run a system.
 *
 * @param id unique among all deployments of this host; letters, digits, {@code -} and {@code _}, at
 *     most 64, since unit names are made of it
 * @param system the top level of a NixOS closure
 * @param cacheUrl where to fetch it from; without one the agent's own cache is asked
 */
public record DeployRequest(
        String id, StorePath system, Optional<URI> cacheUrl, Action action, Source source) {
    /**
     * No user info, no parameters: both may hold secrets. Empty also for what is no cache's URL.
     */
    public Optional<URI> cacheUrlWithoutSecrets() {
        return cacheUrl.flatMap(DeployRequest::withoutSecrets);
    }

    private static Optional<URI> withoutSecrets(URI url) {
        try {
            return Optional.of(
                    new URI(
                            url.getScheme(),
                            null,
                            url.getHost(),
                            url.getPort(),
                            url.getPath(),
                            null,
                            null));
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    /** Fit for a log. */
    @Override
    public String toString() {
        return "%s of %s from %s (%s)".formatted(action.word(), system, source, id);
    }

    /** Who asked. */
    public enum Source {
        POLL,
        PUSH,
        OPERATOR
    }

    public DeployRequest {
        if (!id.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("a deployment's id is 1 to 64 of [A-Za-z0-9_-]");
        }
    }
}
