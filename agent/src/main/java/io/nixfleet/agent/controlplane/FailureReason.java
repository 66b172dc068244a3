package io.nixfleet.agent.controlplane;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.nixfleet.agent.tls.ClientIdentity;
import io.nixfleet.agent.tls.UntrustedServerException;
import io.vertx.core.http.HttpClosedException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What went wrong with a call, in words that tell an operator where to look. */
final class FailureReason {
    private static final int MAX_DEPTH = 10;

    /** The JDK tells of a peer's alert in its message only; the names are those of RFC 8446. */
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: ([a-z_]+)");

    private final Endpoint endpoint;

    FailureReason(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** No whole answer. */
    String of(ExchangeException failure) {
        return at(words(failure));
    }

    private String words(ExchangeException failure) {
        var untrusted = find(failure, UntrustedServerException.class);
        if (untrusted != null) {
            return String.valueOf(untrusted.getMessage());
        }
        if (find(failure, NotSslRecordException.class) != null) {
            return "does not speak TLS on this port; check " + endpoint.peer().option();
        }
        var tls = find(failure, SSLException.class);
        if (tls != null) {
            Matcher alert = ALERT.matcher(String.valueOf(tls.getMessage()));
            return alert.find()
                    ? ofAlert(alert.group(1))
                    : "TLS failed: " + PrintableText.of(deepestMessage(failure));
        }
        if (find(failure, UnknownHostException.class) != null) {
            return "the host name is unknown; check %s and this host's DNS"
                    .formatted(endpoint.peer().option());
        }
        if (find(failure, TimeoutException.class) != null) {
            return "no answer within " + seconds();
        }
        if (find(failure, HttpClosedException.class) != null) {
            return "closed the connection before its answer was complete";
        }
        var tooLong = find(failure, AnswerTooLongException.class);
        if (tooLong != null) {
            return String.valueOf(tooLong.getMessage());
        }
        if (find(failure, DecoderException.class) != null
                || find(failure, IllegalArgumentException.class) != null) {
            return "answers what is not HTTP: " + PrintableText.of(deepestMessage(failure));
        }
        return PrintableText.of(deepestMessage(failure));
    }

    private String ofAlert(String alert) {
        return switch (alert) {
            case "certificate_required",
                    "bad_certificate",
                    "unsupported_certificate",
                    "certificate_revoked",
                    "certificate_expired",
                    "certificate_unknown",
                    "unknown_ca",
                    "access_denied",
                    "decrypt_error",
                    // Of older servers, for any of these.
                    "handshake_failure" ->
                    identity()
                            .map(own -> ofRefused(own, alert, endpoint.peer()))
                            .orElse(
                                    "wants a client certificate (TLS alert %s); give --client-cert and --client-key"
                                            .formatted(alert));
            default -> "ends the TLS handshake (alert %s)".formatted(alert);
        };
    }

    private static String ofRefused(ClientIdentity own, String alert, Peer peer) {
        Instant now = Instant.now();
        String why;
        if (now.isAfter(own.validUntil())) {
            why = "it expired at %s: renew it".formatted(own.validUntil());
        } else if (now.isBefore(own.validFrom())) {
            why = "it is valid only from %s: check the clocks".formatted(own.validFrom());
        } else {
            why = "it must be signed by an authority that the %s trusts".formatted(peer.name());
        }
        return "refuses the client certificate of '%s' (TLS alert %s); %s"
                .formatted(PrintableText.of(own.commonName().orElse("")), alert, why);
    }

    Optional<ClientIdentity> identity() {
        return endpoint.secure() ? endpoint.tls().current().identity() : Optional.empty();
    }

    private String seconds() {
        return endpoint.timeout().toMillis() % 1000 == 0
                ? endpoint.timeout().toSeconds() + " s"
                : endpoint.timeout().toMillis() + " ms";
    }

    String at(String words) {
        return "%s %s: %s".formatted(endpoint.peer().name(), endpoint.baseUrl(), words);
    }

    /** Whether another address of the host may be better. */
    static boolean isUnreachable(ExchangeException failure) {
        return find(failure, SocketException.class) != null;
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < MAX_DEPTH; t = t.getCause(), depth++) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }

    private static String deepestMessage(Throwable failure) {
        String message = failure.getClass().getSimpleName();
        int depth = 0;
        for (Throwable t = failure; t != null && depth < MAX_DEPTH; t = t.getCause(), depth++) {
            if (t.getMessage() != null) {
                message = t.getMessage();
            }
        }
        return message;
    }
}
