package io.nixfleet.agent.health;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/** Asks a server for its status, in a given time. */
final class HttpProbe {
    private static final int MOST_REDIRECTS = 3;

    private final SSLSocketFactory tls;

    HttpProbe(SSLSocketFactory tls) {
        this.tls = tls;
    }

    /** What is wrong; empty when the answer has the status that it should have. */
    Optional<String> problem(Check.Http check) throws InterruptedException {
        // The limits of a socket are for each step; and the interrupt of a virtual thread closes
        // the socket that it waits for.
        var asked = new FutureTask<>(() -> ask(check));
        Thread thread = Thread.ofVirtual().name("nixfleet-health-http").start(asked);
        try {
            return asked.get(check.timeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return Optional.of("no answer within " + check.timeout().toSeconds() + " s");
        } catch (ExecutionException e) {
            return Optional.of("HTTP request failed: " + Excerpt.of(String.valueOf(e.getCause())));
        } finally {
            thread.interrupt();
        }
    }

    private Optional<String> ask(Check.Http check) throws IOException {
        URI url = check.url();
        for (int redirects = 0; ; redirects++) {
            HttpURLConnection connection = connect(url, check.timeout());
            try {
                int status = connection.getResponseCode();
                if (status == check.expectedStatus()) {
                    return Optional.empty();
                }
                String location = connection.getHeaderField("Location");
                if (!isRedirect(status) || location == null) {
                    return Optional.of(
                            "expected status %d, got %d".formatted(check.expectedStatus(), status));
                }
                if (redirects == MOST_REDIRECTS) {
                    return Optional.of("more than " + MOST_REDIRECTS + " redirects");
                }
                url = redirected(url, location);
            } finally {
                connection.disconnect();
            }
        }
    }

    private static boolean isRedirect(int status) {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    private static URI redirected(URI from, String location) throws IOException {
        try {
            URI to = from.resolve(location);
            if ("http".equalsIgnoreCase(to.getScheme())
                    || "https".equalsIgnoreCase(to.getScheme())) {
                return to;
            }
        } catch (IllegalArgumentException _) {
            // Said below.
        }
        throw new IOException("it redirects to what is no HTTP URL");
    }

    private HttpURLConnection connect(URI url, Duration timeout) throws IOException {
        URLConnection opened = url.toURL().openConnection(Proxy.NO_PROXY);
        if (!(opened instanceof HttpURLConnection connection)) {
            throw new IOException("it is no HTTP URL");
        }
        if (connection instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(tls);
        }
        int millis = Math.toIntExact(timeout.toMillis());
        connection.setConnectTimeout(millis);
        connection.setReadTimeout(millis);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("User-Agent", "nixfleet-agent");
        connection.setRequestProperty("Accept", "*/*");
        connection.setRequestProperty("Connection", "close");
        String user = url.getUserInfo();
        if (user != null) {
            connection.setRequestProperty(
                    "Authorization",
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(user.getBytes(StandardCharsets.UTF_8)));
        }
        return connection;
    }
}
