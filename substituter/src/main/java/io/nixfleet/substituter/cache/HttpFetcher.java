package io.nixfleet.substituter.cache;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.credentials.Netrc;
import io.nixfleet.substituter.cache.http.AddressRule;
import io.nixfleet.substituter.cache.http.HttpExchange;
import io.nixfleet.substituter.cache.http.HttpGet;
import io.nixfleet.substituter.cache.http.HttpHead;
import io.nixfleet.substituter.cache.http.HttpTransport;
import io.nixfleet.substituter.cache.http.TransportException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one cache's server, once per call: follows redirects, sends credentials where they belong,
 * and turns what comes back into an answer or the reason why there is none.
 */
final class HttpFetcher {
    /** A server that restarts closes many connections, and each may be noticed too late. */
    private static final int MAX_SENT_AGAIN = 4;

    private static final int MAX_REDIRECTS = 10;

    private final HttpTransport transport;
    private final String cache;
    private final URI base;
    private final Optional<Credentials> login;
    private final Netrc netrc;
    private final Duration responseTimeout;

    HttpFetcher(
            HttpTransport transport,
            String cache,
            URI base,
            Optional<Credentials> login,
            Netrc netrc,
            Duration responseTimeout) {
        this.transport = transport;
        this.cache = cache;
        this.base = base;
        this.login = login;
        this.netrc = netrc;
        this.responseTimeout = responseTimeout;
    }

    /**
     * What to ask for.
     *
     * @param what for messages: the reference relative to the cache
     * @param target absolute
     * @param bodyBound see {@link HttpGet}
     * @param likelyMore see {@link HttpGet}
     * @param received see {@link HttpGet}
     * @param started told of each exchange that begins, so that it can be closed from elsewhere
     */
    record Request(
            String what,
            URI target,
            Map<String, String> headers,
            int bodyBound,
            int likelyMore,
            LongConsumer received,
            Consumer<HttpExchange> started) {}

    /** An exchange whose head is there; the taker closes the exchange. */
    record Answer(HttpExchange exchange, HttpHead head) {}

    /**
     * Sends the request and waits for an answer that is no redirect, whatever its status. All
     * redirects together have the time of one response.
     */
    Answer get(Request request, int attempt) throws AttemptFailedException, InterruptedException {
        URI target = request.target();
        long end = System.nanoTime() + responseTimeout.toNanos();
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            Answer answer = send(request, target, attempt, end);
            boolean kept = false;
            try {
                URI next = redirect(request.what(), target, answer.head());
                if (next == null) {
                    kept = true;
                    return answer;
                }
                answer.exchange().finish();
                target = next;
            } finally {
                if (!kept) {
                    answer.exchange().close();
                }
            }
        }
        throw AttemptFailedException.forGood(
                failure(
                        CacheException.Kind.NOT_A_CACHE,
                        request.what(),
                        "redirected more than %d times".formatted(MAX_REDIRECTS)));
    }

    /**
     * Sends the request to one target and waits for the head. A kept connection that the server had
     * closed by then says nothing about the server: the request is sent again at once.
     *
     * @param end in {@link System#nanoTime()}
     */
    private Answer send(Request request, URI target, int attempt, long end)
            throws AttemptFailedException, InterruptedException {
        for (int stale = 0; ; stale++) {
            HttpExchange exchange = start(request, target, attempt);
            boolean kept = false;
            try {
                HttpHead head =
                        exchange.awaitHead(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
                kept = true;
                return new Answer(exchange, head);
            } catch (IOException e) {
                if (!isStale(e) || stale == MAX_SENT_AGAIN) {
                    throw broken(request.what(), e);
                }
            } finally {
                if (!kept) {
                    exchange.close();
                }
            }
        }
    }

    private static boolean isStale(IOException failure) {
        return failure instanceof TransportException known
                && known.kind() == TransportException.Kind.STALE;
    }

    private HttpExchange start(Request request, URI target, int attempt)
            throws AttemptFailedException {
        var headers = new HashMap<>(request.headers());
        credentials(target).ifPresent(found -> headers.put("Authorization", found.authorization()));
        try {
            HttpExchange exchange =
                    transport.start(
                            new HttpGet(
                                    target,
                                    headers,
                                    addresses(target),
                                    request.bodyBound(),
                                    attempt,
                                    request.likelyMore(),
                                    request.received()));
            request.started().accept(exchange);
            return exchange;
        } catch (IOException e) {
            throw broken(request.what(), e);
        }
    }

    /**
     * The cache's own login goes to the cache's own origin only. Another host gets what netrc has
     * for exactly that host.
     */
    private Optional<? extends Credentials> credentials(URI target) {
        if (sameOrigin(base, target)) {
            return login.isPresent() ? login : netrc.find(target.getHost());
        }
        return netrc.findNamed(target.getHost());
    }

    /**
     * The operator chose the cache's host. Where a cache sends us is its own choice, and must not
     * make us ask what only this host can reach.
     */
    private AddressRule addresses(URI target) {
        return target.getHost().equalsIgnoreCase(base.getHost())
                ? AddressRule.ANY
                : AddressRule.reachableFrom(base.getHost());
    }

    private static boolean sameOrigin(URI a, URI b) {
        return a.getScheme().equals(b.getScheme())
                && a.getHost().equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    }

    private @Nullable URI redirect(String what, URI from, HttpHead head)
            throws AttemptFailedException {
        boolean redirect =
                switch (head.status()) {
                    case 301, 302, 303, 307, 308 -> true;
                    default -> false;
                };
        if (!redirect) {
            return null;
        }
        String location =
                head.header("Location")
                        .orElseThrow(() -> refusedRedirect(what, "without a Location"));
        URI target;
        try {
            target = from.resolve(new URI(location));
        } catch (URISyntaxException e) {
            throw refusedRedirect(what, "to something that is no URL");
        }
        String scheme = target.getScheme();
        if (!"https".equals(scheme) && !"http".equals(scheme)) {
            throw refusedRedirect(
                    what, "to a URL of the kind " + FormatException.excerpt("" + scheme));
        }
        if (target.getHost() == null) {
            throw refusedRedirect(what, "to a URL without a host");
        }
        if (from.getScheme().equals("https") && scheme.equals("http")) {
            throw refusedRedirect(what, "from https to http, which anybody could have read");
        }
        return target;
    }

    private AttemptFailedException refusedRedirect(String what, String how) {
        return AttemptFailedException.forGood(
                failure(CacheException.Kind.NOT_A_CACHE, what, "redirected " + how));
    }

    /** Why an answer's status means that there is no content; call it for all but 200 and 206. */
    AttemptFailedException refused(String what, HttpHead head) {
        int status = head.status();
        return switch (status) {
            case 401 ->
                    AttemptFailedException.forGood(
                            failure(
                                    CacheException.Kind.DENIED,
                                    what,
                                    "HTTP status 401: check the login in netrc, the URL or the"
                                            + " token"));
            case 407 ->
                    AttemptFailedException.forGood(
                            failure(
                                    CacheException.Kind.DENIED,
                                    what,
                                    "HTTP status 407: the proxy wants a login; check http_proxy and"
                                            + " its like"));
            case 403 ->
                    AttemptFailedException.forGood(
                            failure(
                                    CacheException.Kind.DENIED,
                                    what,
                                    "HTTP status 403: the login does not allow it, or, as S3 has"
                                            + " it, the file is not there"));
            case 404, 410 ->
                    AttemptFailedException.forGood(
                            failure(
                                    CacheException.Kind.ABSENT,
                                    what,
                                    "HTTP status %d: it is not there".formatted(status)));
            case 408, 429 -> unavailable(what, head);
            case 501, 505, 511 -> unexpected(what, status);
            default ->
                    status >= 500 && status < 600
                            ? unavailable(what, head)
                            : unexpected(what, status);
        };
    }

    private AttemptFailedException unavailable(String what, HttpHead head) {
        return AttemptFailedException.transientFailure(
                failure(
                        CacheException.Kind.UNREACHABLE,
                        what,
                        "HTTP status %d".formatted(head.status())),
                RetryAfter.of(head));
    }

    private AttemptFailedException unexpected(String what, int status) {
        return AttemptFailedException.forGood(
                failure(
                        CacheException.Kind.NOT_A_CACHE,
                        what,
                        "HTTP status %d: check that the URL is that of a Nix cache"
                                .formatted(status)));
    }

    /** Why a transfer ended before its time. */
    AttemptFailedException broken(String what, IOException cause) {
        if (!(cause instanceof TransportException transportFailure)) {
            return AttemptFailedException.forGood(
                    failure(CacheException.Kind.UNREACHABLE, what, cause.getMessage(), cause));
        }
        return switch (transportFailure.kind()) {
            case BROKEN, STALE, STALLED ->
                    AttemptFailedException.transientFailure(
                            failure(
                                    CacheException.Kind.UNREACHABLE,
                                    what,
                                    cause.getMessage(),
                                    cause),
                            Duration.ZERO);
            case TLS, PROXY ->
                    AttemptFailedException.forGood(
                            failure(
                                    CacheException.Kind.UNREACHABLE,
                                    what,
                                    cause.getMessage(),
                                    cause));
            case MALFORMED, FORBIDDEN ->
                    AttemptFailedException.forGood(
                            failure(
                                    CacheException.Kind.NOT_A_CACHE,
                                    what,
                                    cause.getMessage(),
                                    cause));
        };
    }

    CacheException failure(CacheException.Kind kind, String what, String problem) {
        return new CacheException(kind, message(what, problem));
    }

    CacheException failure(
            CacheException.Kind kind, String what, @Nullable String problem, Throwable cause) {
        return new CacheException(kind, message(what, String.valueOf(problem)), cause);
    }

    private String message(String what, String problem) {
        return "cache %s, %s: %s".formatted(cache, what, problem);
    }
}
