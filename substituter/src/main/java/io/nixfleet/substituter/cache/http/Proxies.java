package io.nixfleet.substituter.cache.http;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.credentials.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which targets are reached through which HTTP proxy, by the environment variables that curl, and
 * so Nix, takes: {@code http_proxy} (in small letters only, since a CGI server sets the other from
 * a header of the request), {@code https_proxy}, {@code HTTPS_PROXY}, for either {@code all_proxy},
 * {@code ALL_PROXY}; and {@code no_proxy}, {@code NO_PROXY}. Immutable.
 */
public final class Proxies {
    /** Everything is reached directly. */
    public static final Proxies NONE = new Proxies(Map.of());

    // What curl takes where the variable names none.
    private static final int DEFAULT_PORT = 1080;

    private final Map<String, String> environment;
    private final NoProxy noProxy;

    private Proxies(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
        this.noProxy = NoProxy.parse(first("no_proxy", "NO_PROXY").map(Setting::value).orElse(""));
    }

    /** Reads the variables; what they say is looked at once a target needs it. */
    public static Proxies of(Map<String, String> environment) {
        return new Proxies(environment);
    }

    /**
     * A proxy.
     *
     * @param authorization the value of {@code Proxy-Authorization}, a secret
     */
    record Proxy(String host, int port, Optional<Secret> authorization) {
        /** For people. */
        String name() {
            return "http://" + host + ":" + port;
        }
    }

    private record Setting(String variable, String value) {}

    /**
     * The proxy for a target; empty when it is reached directly.
     *
     * @throws FormatException for a variable that does not name an HTTP proxy; the message holds no
     *     secret
     */
    Optional<Proxy> forTarget(URI target) {
        List<String> variables =
                target.getScheme().equals("https")
                        ? List.of("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
                        : List.of("http_proxy", "all_proxy", "ALL_PROXY");
        return first(variables.toArray(String[]::new))
                .filter(_ -> !noProxy.covers(target.getHost()))
                .map(Proxies::proxy);
    }

    private Optional<Setting> first(String... variables) {
        for (String variable : variables) {
            String value = environment.getOrDefault(variable, "");
            if (!value.isBlank()) {
                return Optional.of(new Setting(variable, value.strip()));
            }
        }
        return Optional.empty();
    }

    private static Proxy proxy(Setting setting) {
        String text = setting.value();
        URI url;
        try {
            url = new URI(text.contains("://") ? text : "http://" + text);
        } catch (URISyntaxException _) {
            // The cause would quote the login.
            throw unusable(setting, "is no URL");
        }
        if (!"http".equalsIgnoreCase(url.getScheme())) {
            throw unusable(
                    setting,
                    "names a proxy of the kind %s, and only http:// is supported"
                            .formatted(FormatException.excerpt(url.getScheme())));
        }
        if (url.getHost() == null) {
            throw unusable(setting, "names no host");
        }
        return new Proxy(
                url.getHost(),
                url.getPort() < 0 ? DEFAULT_PORT : url.getPort(),
                Optional.ofNullable(url.getRawUserInfo()).map(Proxies::authorization));
    }

    private static Secret authorization(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
        String password = colon < 0 ? "" : userInfo.substring(colon + 1);
        return Secret.of(
                new Credentials.Basic(decode(user), Secret.of(decode(password))).authorization());
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static FormatException unusable(Setting setting, String why) {
        return new FormatException(
                "the environment variable %s %s; it takes http://[user:password@]host:port"
                        .formatted(setting.variable(), why));
    }

    /** Without the values, which may be secret. */
    @Override
    public String toString() {
        return "Proxies";
    }
}
