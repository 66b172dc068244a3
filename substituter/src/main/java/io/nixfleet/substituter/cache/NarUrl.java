package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** A narinfo's {@code URL} field: a reference to resolve against the cache (RFC 3986). */
final class NarUrl {
    private NarUrl() {}

    /**
     * The absolute URL of a NAR in an HTTP cache.
     *
     * @param base the cache's, with a slash at its end
     * @throws FormatException when it is no URL or leads out of HTTP; from an https cache, an http
     *     URL is refused as a redirect to one would be
     */
    static URI resolve(URI base, String url) {
        URI target;
        try {
            target = base.resolve(new URI(url));
        } catch (URISyntaxException e) {
            throw new FormatException(
                    "the NAR's URL %s is malformed".formatted(FormatException.excerpt(url)), e);
        }
        boolean https = "https".equalsIgnoreCase(target.getScheme());
        boolean http = "http".equalsIgnoreCase(target.getScheme());
        if ((!http && !https) || target.getHost() == null) {
            throw new FormatException(
                    "the NAR's URL %s is neither http nor https"
                            .formatted(FormatException.excerpt(url)));
        }
        if (http && base.getScheme().equals("https")) {
            throw new FormatException(
                    "the NAR's URL %s leads from https to http"
                            .formatted(FormatException.excerpt(shown(url))));
        }
        return withLowerCaseScheme(withinRoot(target));
    }

    /** {@link URI} keeps a {@code ..} that leads above the root; RFC 3986 (5.2.4) drops it. */
    private static URI withinRoot(URI target) {
        String path = target.getRawPath();
        String within = path;
        while (within.startsWith("/../")) {
            within = within.substring(3);
        }
        if (within.equals(path)) {
            return target;
        }
        String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
        return URI.create(target.getScheme() + "://" + target.getRawAuthority() + within + query);
    }

    private static URI withLowerCaseScheme(URI target) {
        String scheme = target.getScheme();
        String text = target.toString();
        return URI.create(scheme.toLowerCase(Locale.ROOT) + text.substring(scheme.length()));
    }

    /** The URL for people: without query and user info, either of which may let somebody in. */
    static String shown(String url) {
        int query = url.indexOf('?');
        String path = query < 0 ? url : url.substring(0, query);
        int authority = path.indexOf("://");
        int at = path.indexOf('@');
        String safe = authority >= 0 && at > authority ? path.substring(at + 1) : path;
        String quoted = FormatException.excerpt(safe);
        return quoted.substring(1, quoted.length() - 1);
    }
}
