package io.nixfleet.agent.controlplane;

import io.nixfleet.agent.tls.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * Where a control plane is, or who else is called as one is, and how.
 *
 * @param baseUrl http or https, perhaps with a path; slashes at its end do not count
 * @param tls certificates and authorities for https
 * @param timeout for a whole call, from the look-up of the host to the end of the answer
 * @param userAgent what the {@code User-Agent} header says
 * @param allowInsecure whether http is good enough
 * @param peer who that is
 */
public record Endpoint(
        URI baseUrl,
        TlsFiles tls,
        Duration timeout,
        String userAgent,
        boolean allowInsecure,
        Peer peer) {
    /** The contract's limit on a call. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    /**
     * @throws IllegalArgumentException naming the option that is wrong, and how
     */
    public Endpoint {
        baseUrl = checked(baseUrl, allowInsecure, peer);
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException(
                    "the %s's time limit is not positive".formatted(peer.name()));
        }
    }

    /** A control plane. */
    public Endpoint(
            URI baseUrl, TlsFiles tls, Duration timeout, String userAgent, boolean allowInsecure) {
        this(baseUrl, tls, timeout, userAgent, allowInsecure, Peer.CONTROL_PLANE);
    }

    private static URI checked(URI url, boolean allowInsecure, Peer peer) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw wrongUrl(peer, "must begin with https://");
        }
        if (String.valueOf(url.getRawAuthority()).contains("@")) {
            // Not quoted: it may be a password.
            throw wrongUrl(
                    peer,
                    "has a user name; the %s knows who calls by a certificate"
                            .formatted(peer.name()));
        }
        if (url.getHost() == null) {
            throw wrongUrl(peer, "%s has no host".formatted(url));
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw wrongUrl(peer, "%s has a query or a fragment; leave out ? and #".formatted(url));
        }
        if (scheme.equals("http") && !allowInsecure) {
            throw wrongUrl(
                    peer,
                    "%s is not encrypted; use https://, or --allow-insecure if the network is to be"
                                    .formatted(url)
                            + " trusted");
        }
        String path = url.getRawPath().replaceAll("/+$", "");
        return URI.create(scheme + "://" + url.getRawAuthority() + path);
    }

    private static IllegalArgumentException wrongUrl(Peer peer, String problem) {
        return new IllegalArgumentException(peer.option() + " " + problem);
    }

    boolean secure() {
        return baseUrl.getScheme().equals("https");
    }

    int port() {
        if (baseUrl.getPort() >= 0) {
            return baseUrl.getPort();
        }
        return secure() ? 443 : 80;
    }

    /** Without the brackets of an IPv6 address. */
    String host() {
        String host = baseUrl.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
