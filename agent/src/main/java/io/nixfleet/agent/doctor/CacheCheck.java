package io.nixfleet.agent.doctor;

import io.nixfleet.agent.doctor.CacheLooks.Standing;
import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.http.TransportException;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * Whether a cache answers, lets us in, and is a cache for our store.
 *
 * @param cache its URL without secrets
 */
record CacheCheck(String cache, Shared<Standing> standing) implements Check {
    @Override
    public String name() {
        return "cache " + cache;
    }

    @Override
    public Finding look() throws InterruptedException {
        return judge(cache, standing.get());
    }

    static Finding judge(String cache, Standing standing) {
        return switch (standing) {
            case Standing.ForNix _ ->
                    Finding.notChecked(
                            "only 'nix copy' talks to a cache of this kind",
                            "try: nix copy --from URL PATH");
            case Standing.Unusable(var problem) ->
                    Finding.failed(
                            "",
                            problem,
                            "correct --cache-url or --extra-cache-url (cacheUrl, extraCacheUrls)");
            case Standing.Fails(var reason) ->
                    Finding.failed("", said(cache, reason), remedy(cache, reason));
            case Standing.Answers(_, var info, var warnings) -> {
                String seen = "answers; priority " + info.priority();
                yield warnings.isEmpty()
                        ? Finding.ok(seen)
                        : Finding.warning(
                                seen,
                                String.join("; ", warnings),
                                "use https:// and signed paths only");
            }
        };
    }

    /** Without the cache's name, which is that of the check. */
    static String said(String cache, CacheException reason) {
        String name = "cache " + cache + ", ";
        String message = reason.getMessage();
        return message.startsWith(name) ? message.substring(name.length()) : message;
    }

    private static String remedy(String cache, CacheException reason) {
        return switch (reason.kind()) {
            case DENIED ->
                    "give the login in --netrc-file, --token-file or the URL: 401 says that it is"
                            + " missing or wrong, 403 that it is known and may not read this cache";
            case ABSENT, NOT_A_CACHE ->
                    "give the URL of a Nix cache for /nix/store, with its path (Attic:"
                            + " http://host/cachename): %s/nix-cache-info must be there"
                                    .formatted(cache);
            case CORRUPT -> "mend nix-cache-info on the server: it is not as Nix writes it";
            case UNREACHABLE -> unreachable(cache, reason);
        };
    }

    private static String unreachable(String cache, CacheException reason) {
        if (!(reason.getCause() instanceof TransportException transport)) {
            return "look at the server, and at: curl -v %s/nix-cache-info".formatted(cache);
        }
        if (transport.getCause() instanceof UnknownHostException) {
            return "check the URL and this host's DNS: getent hosts " + URI.create(cache).getHost();
        }
        return switch (transport.kind()) {
            case TLS ->
                    "check this host's clock, and trust the server's authority:"
                            + " security.pki.certificateFiles on NixOS, or NIX_SSL_CERT_FILE";
            case PROXY -> "check http_proxy, https_proxy and no_proxy of the agent's environment";
            case BROKEN, STALE, STALLED, MALFORMED, FORBIDDEN ->
                    "check that the server runs and firewalls let this host through: curl -v"
                            + " %s/nix-cache-info".formatted(cache);
        };
    }
}
