package io.nixfleet.agent.fetch;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.Fallback;
import io.nixfleet.substituter.fetch.FetchListener;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * {@code nix copy --from}: brings closures from the kinds of stores that only Nix talks to, such as
 * another host by SSH. Nix checks the signatures.
 */
public final class CopyFallback implements Fallback {
    private static final Set<String> SCHEMES = Set.of("ssh", "ssh-ng", "s3");

    /** Nobody is there to type a password, and a host that is down must not be waited for. */
    private static final String SSH_OPTIONS =
            "-o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=20";

    private final NixCommand command;

    /** Whether a cache of this kind is Nix's business. */
    public static boolean takes(URI cache) {
        return cache.getScheme() != null
                && SCHEMES.contains(cache.getScheme().toLowerCase(Locale.ROOT));
    }

    /**
     * @param cache where from, of a kind that {@link #takes} says yes to
     * @param trustedKeys besides those of the system, each {@code name:base64}
     * @param silence how long it may show no progress
     * @throws FormatException when the URL holds a password, which all users of the host could read
     *     off the command line, or a host that ssh would take for an option
     */
    public CopyFallback(
            FetchSources.NixHelp nix, URI cache, List<String> trustedKeys, Duration silence) {
        String name = nameOf(cache);
        var words = new ArrayList<>(List.of("nix", "--extra-experimental-features", "nix-command"));
        words.addAll(List.of("copy", "--from", cache.toString()));
        nix.store().ifPresent(uri -> words.addAll(List.of("--to", uri)));
        if (!trustedKeys.isEmpty()) {
            words.addAll(
                    List.of(
                            "--option",
                            "extra-trusted-public-keys",
                            String.join(" ", trustedKeys)));
        }
        words.addAll(NixCommand.FRESH);
        words.addAll(List.of("--log-format", "internal-json"));
        String ssh = System.getenv().getOrDefault("NIX_SSHOPTS", "");
        var environment = new HashMap<>(nix.environment());
        environment.put("NIX_SSHOPTS", (SSH_OPTIONS + " " + ssh).strip());
        command = new NixCommand(nix.runner(), name, words, environment, silence);
    }

    /**
     * What a fallback for the cache calls itself.
     *
     * @throws FormatException as the constructor does
     */
    static String nameOf(URI cache) {
        String shown = cache.getScheme() + "://" + Optional.ofNullable(cache.getHost()).orElse("…");
        String authority = Optional.ofNullable(cache.getRawAuthority()).orElse("");
        if (authority.isEmpty() || authority.startsWith("-") || authority.contains("@-")) {
            throw new FormatException(
                    "a cache's URL looks like ssh://host or s3://bucket, not like " + shown);
        }
        int at = authority.lastIndexOf('@');
        if (at >= 0 && authority.substring(0, at).contains(":")) {
            throw new FormatException(
                    "the URL of cache %s has a password, which would show in the list of processes: use a key instead"
                            .formatted(shown));
        }
        return "nix copy --from " + shown;
    }

    @Override
    public String name() {
        return command.name();
    }

    @Override
    public List<String> bring(Collection<StorePath> paths, FetchListener listener)
            throws InterruptedException {
        return command.run(paths, listener);
    }
}
