package io.nixfleet.agent.controlplane;

import io.nixfleet.agent.tls.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;

/**
 * Where a control plane is, and how it is called.
 *
 * @param baseUrl http or https, perhaps with a path; slashes at its end do not count
 * @param tls certificates and authorities for https
 * @param timeout for a whole call, from the look-up of the host to the end of the answer
 * @param userAgent what the {@code User-Agent} header says
 * @param allowInsecure whether http is good enough
 */
public record Endpoint(
        URI baseUrl, TlsFiles tls, Duration timeout, String userAgent, boolean allowInsecure) {
    /** The contract's limit on a call. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    /**
     * @throws IllegalArgumentException naming the option that is wrong, and how
     */
    public Endpoint {
        baseUrl = checked(baseUrl, allowInsecure);
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("the control plane's time limit is not positive");
        }
    }

    private static URI checked(URI url, boolean allowInsecure) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw wrongUrl("must begin with https://");
        }
        if (String.valueOf(url.getRawAuthority()).contains("@")) {
            // Not quoted: it may be a password.
            throw wrongUrl("has a user name; the control plane knows a machine by its certificate");
        }
        if (url.getHost() == null) {
            throw wrongUrl("%s has no host".formatted(url));
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            throw wrongUrl("%s has a query or a fragment; leave out ? and #".formatted(url));
        }
        if (scheme.equals("http") && !allowInsecure) {
            throw wrongUrl(
                    "%s is not encrypted; use https://, or --allow-insecure if the network is to be"
                                    .formatted(url)
                            + " trusted");
        }
        String path = url.getRawPath().replaceAll("/+$", "");
        return URI.create(scheme + "://" + url.getRawAuthority() + path);
    }

    private static IllegalArgumentException wrongUrl(String problem) {
        return new IllegalArgumentException("--control-plane-url " + problem);
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
