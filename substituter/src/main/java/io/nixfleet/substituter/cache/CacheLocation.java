package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.credentials.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A cache's URL, taken apart.
 *
 * @param base scheme, host and path with a slash at its end: what references are resolved against
 * @param login the URL's user info, if it has some
 * @param priority from {@code ?priority=}, goes before what the cache says
 * @param wantMassQuery from {@code ?want-mass-query=}, likewise
 * @param trusted from {@code ?trusted=}: whether what nobody signed is to be believed
 */
record CacheLocation(
        URI base,
        Optional<Credentials> login,
        OptionalInt priority,
        Optional<Boolean> wantMassQuery,
        boolean trusted) {
    /**
     * @throws FormatException when it is no URL of a cache; the message holds no secret
     */
    static CacheLocation parse(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean http = scheme.equals("http") || scheme.equals("https");
        if (!http && !scheme.equals("file")) {
            throw new FormatException(
                    "a cache of the kind %s is not supported, only http://, https:// and file://, and by way of Nix ssh://, ssh-ng:// and s3://"
                            .formatted(FormatException.excerpt(scheme)));
        }
        if (url.isOpaque() || (http && url.getHost() == null) || !isLocal(url, http)) {
            throw new FormatException(
                    "a cache's URL looks like https://host/path or file:///path, not like "
                            + FormatException.excerpt(withoutSecrets(url)));
        }
        if (url.getRawFragment() != null) {
            throw new FormatException(
                    "the URL of cache %s has a #fragment: remove it"
                            .formatted(withoutSecrets(url)));
        }
        var parameters = Parameters.parse(url);
        return new CacheLocation(
                base(url, scheme),
                login(url),
                parameters.priority,
                parameters.wantMassQuery,
                parameters.trusted);
    }

    private static boolean isLocal(URI url, boolean http) {
        return http || url.getRawAuthority() == null || url.getRawAuthority().equals("localhost");
    }

    private static URI base(URI url, String scheme) {
        String path = url.getRawPath();
        String directory = path.endsWith("/") ? path : path + "/";
        if (scheme.equals("file")) {
            return URI.create("file://" + directory);
        }
        String host = url.getHost().toLowerCase(Locale.ROOT);
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        return URI.create(scheme + "://" + host + port + directory);
    }

    private static Optional<Credentials> login(URI url) {
        String userInfo = url.getRawUserInfo();
        if (userInfo == null) {
            return Optional.empty();
        }
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        String password = colon < 0 ? "" : userInfo.substring(colon + 1);
        return Optional.of(new Credentials.Basic(decode(user), Secret.of(decode(password))));
    }

    /** Percent-decoding; a plus is a plus here, not a blank. */
    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String withoutSecrets(URI url) {
        try {
            return new URI(
                            url.getScheme(),
                            null,
                            url.getHost(),
                            url.getPort(),
                            url.getPath(),
                            null,
                            null)
                    .toString();
        } catch (URISyntaxException e) {
            return url.getScheme() + ":…";
        }
    }

    /** The URL for people: no user info, no parameters, no slash at its end. */
    String name() {
        String text = base.toString();
        return text.substring(0, text.length() - 1);
    }

    /** What {@code info} says, except for what the URL says. */
    CacheInfo override(CacheInfo info) {
        return new CacheInfo(
                info.storeDir(),
                wantMassQuery.orElse(info.wantMassQuery()),
                priority.orElse(info.priority()));
    }

    private static final class Parameters {
        private OptionalInt priority = OptionalInt.empty();
        private Optional<Boolean> wantMassQuery = Optional.empty();
        private boolean trusted;

        static Parameters parse(URI url) {
            var parameters = new Parameters();
            @Nullable String query = url.getRawQuery();
            if (query != null && !query.isEmpty()) {
                for (String pair : query.split("&", -1)) {
                    int equals = pair.indexOf('=');
                    String key = equals < 0 ? pair : pair.substring(0, equals);
                    parameters.set(key, pair.substring(equals + 1), url);
                }
            }
            return parameters;
        }

        private void set(String key, String value, URI url) {
            switch (key) {
                case "priority" -> priority = OptionalInt.of(number(value, url));
                case "want-mass-query" -> wantMassQuery = Optional.of(truth(key, value, url));
                case "trusted" -> trusted = truth(key, value, url);
                default ->
                        throw refused(
                                key,
                                "is not supported, only priority, want-mass-query and trusted are",
                                url);
            }
        }

        private static boolean truth(String key, String value, URI url) {
            return switch (value) {
                case "1", "true" -> true;
                case "0", "false" -> false;
                default -> throw refused(key, "takes 1 or 0", url);
            };
        }

        private static int number(String value, URI url) {
            try {
                return Integer.parseInt(value);
            } catch (NumberFormatException e) {
                throw new FormatException(
                        "the URL of cache %s: parameter priority takes a number"
                                .formatted(withoutSecrets(url)),
                        e);
            }
        }

        private static FormatException refused(String key, String why, URI url) {
            return new FormatException(
                    "the URL of cache %s: parameter %s %s"
                            .formatted(withoutSecrets(url), FormatException.excerpt(key), why));
        }
    }
}
