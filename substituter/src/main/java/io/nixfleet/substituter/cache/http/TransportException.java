package io.nixfleet.substituter.cache.http;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.proxy.HttpProxyHandler;
import java.io.IOException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** An exchange broke: why, and whether another try may fare better. */
public final class TransportException extends IOException {
    /** What broke. */
    public enum Kind {
        /** No connection, a connection lost, no answer in time. */
        BROKEN,
        /** A kept connection was closed just when the request went out: it may be sent again. */
        STALE,
        /** Next to nothing came for a whole limit in time. */
        STALLED,
        /** The host's address is one that this request must not go to. */
        FORBIDDEN,
        /** No trust between the two ends: a certificate, a name, a protocol version. */
        TLS,
        /** What came is not HTTP, or exceeds a limit on its form. */
        MALFORMED,
        /** A proxy that refuses us, or that we cannot go through: nothing that a retry mends. */
        PROXY
    }

    private static final int MESSAGE_LIMIT = 200;

    private final Kind kind;

    TransportException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    TransportException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    static TransportException of(Throwable cause) {
        // Netty wraps TLS failures as decoder failures, so they are looked for first.
        if (has(cause, SSLException.class) || has(cause, CertificateException.class)) {
            return new TransportException(Kind.TLS, "TLS failed: " + deepestMessage(cause), cause);
        }
        // Netty's codec throws IllegalArgumentException for some of what it cannot read.
        if (has(cause, DecoderException.class) || has(cause, IllegalArgumentException.class)) {
            return new TransportException(
                    Kind.MALFORMED, "the answer is not HTTP: " + deepestMessage(cause), cause);
        }
        return new TransportException(Kind.BROKEN, deepestMessage(cause), cause);
    }

    /**
     * For a failure on the way through a proxy.
     *
     * @param proxy for people
     */
    static TransportException ofProxy(Throwable cause, String proxy) {
        if (cause instanceof HttpProxyHandler.HttpProxyConnectException answer
                && answer.headers() != null) {
            // The status is nowhere but in Netty's message, which ends with it.
            String said = deepestMessage(cause);
            int status = said.indexOf("status: ");
            String shown = status < 0 ? said : "HTTP " + said.substring(status);
            return new TransportException(
                    shown.startsWith("HTTP status: 5") ? Kind.BROKEN : Kind.PROXY,
                    "the proxy %s does not let us through: %s".formatted(proxy, shown),
                    cause);
        }
        TransportException failure = of(cause);
        return new TransportException(
                failure.kind(),
                "through the proxy %s: %s".formatted(proxy, failure.getMessage()),
                cause);
    }

    private static boolean has(Throwable cause, Class<? extends Throwable> type) {
        int depth = 0;
        for (Throwable t = cause; t != null && depth < 10; t = t.getCause(), depth++) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    private static String deepestMessage(Throwable cause) {
        String message = cause.getClass().getSimpleName();
        int depth = 0;
        for (Throwable t = cause; t != null && depth < 10; t = t.getCause(), depth++) {
            if (t.getMessage() != null) {
                message = t.getMessage();
            }
        }
        return printable(message);
    }

    /** Messages may quote what the server sent, and they end in logs. */
    private static String printable(String message) {
        String shortened =
                message.length() <= MESSAGE_LIMIT
                        ? message
                        : message.substring(0, MESSAGE_LIMIT) + "…";
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }

    /** The same, of a connection that was kept from a request before. */
    TransportException asStale() {
        return new TransportException(Kind.STALE, String.valueOf(getMessage()), getCause());
    }

    public Kind kind() {
        return kind;
    }
}
