package io.nixfleet.cli.push;

import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A store that systems are copied to, as Nix names stores: {@code ssh://host}, {@code s3://bucket},
 * {@code file:///dir}, {@code http://cache}.
 */
public final class PushTarget {
    private static final List<String> SSH = List.of("ssh", "ssh-ng");

    private final URI url;

    private PushTarget(URI url) {
        this.url = url;
    }

    /**
     * A host that ssh logs in to.
     *
     * @param destination perhaps with a user
     * @param port -1 for the usual one
     */
    record SshHost(String destination, int port) {}

    /**
     * Takes a URL.
     *
     * @throws FormatException for a URL with a password, which all users of this machine could read
     *     off the command line, or with a host that ssh would take for an option
     */
    public static PushTarget of(URI url) {
        String scheme = scheme(url);
        if (scheme.isEmpty()) {
            throw new FormatException(
                    "a push goes to a URL such as ssh://host, s3://bucket or file:///dir");
        }
        String authority = Optional.ofNullable(url.getRawAuthority()).orElse("");
        int at = authority.lastIndexOf('@');
        if (at >= 0 && authority.substring(0, at).contains(":")) {
            throw new FormatException(
                    "the URL to push to, %s://…, has a password, which would show in the list of processes: use a key instead"
                            .formatted(scheme));
        }
        if (authority.startsWith("-") || authority.contains("@-")) {
            throw new FormatException("the URL to push to names no host");
        }
        if (SSH.contains(scheme) && authority.isEmpty()) {
            throw new FormatException("the URL to push to names no host: it is like ssh://host");
        }
        return new PushTarget(url);
    }

    private static String scheme(URI url) {
        return Optional.ofNullable(url.getScheme()).orElse("").toLowerCase(Locale.ROOT);
    }

    /** As Nix takes it. */
    String nixName() {
        return url.toString();
    }

    /** For people: without the options of a store, which may name files with keys. */
    public String shown() {
        return url.toString().replaceFirst("\\?.*", "");
    }

    /**
     * Where hosts can fetch from what was pushed here, if that can be told from the URL; never with
     * options, which are the pusher's own.
     */
    public Optional<URI> cacheUrl() {
        return SSH.contains(scheme(url)) || scheme(url).equals("s3")
                ? Optional.empty()
                : Optional.of(URI.create(shown()));
    }

    /** The host that a hook runs on; empty for this one. */
    Optional<SshHost> sshHost() {
        if (!SSH.contains(scheme(url))) {
            return Optional.empty();
        }
        String authority = url.getRawAuthority();
        int colon = authority.lastIndexOf(':');
        boolean port = colon > authority.lastIndexOf(']') && colon > authority.lastIndexOf('@');
        return Optional.of(
                port
                        ? new SshHost(
                                authority.substring(0, colon),
                                number(authority.substring(colon + 1)))
                        : new SshHost(authority, -1));
    }

    private static int number(String port) {
        try {
            return Integer.parseInt(port);
        } catch (NumberFormatException e) {
            throw new FormatException("the URL to push to has a port that is no number", e);
        }
    }

    @Override
    public String toString() {
        return shown();
    }
}
