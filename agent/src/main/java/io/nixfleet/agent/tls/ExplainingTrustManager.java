package io.nixfleet.agent.tls;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Decides as the JDK does, and says why in words that help. */
final class ExplainingTrustManager extends X509ExtendedTrustManager {
    private static final int QUOTE_LIMIT = 120;

    /** A check by the JDK, with or without the server's name. */
    private interface Check {
        void run() throws CertificateException;
    }

    private final X509ExtendedTrustManager jdk;
    private final InstantSource clock;

    ExplainingTrustManager(X509ExtendedTrustManager jdk, InstantSource clock) {
        this.jdk = jdk;
        this.clock = clock;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServer(chain, authType, () -> jdk.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServer(chain, authType, () -> jdk.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        checkServer(chain, authType, () -> jdk.checkServerTrusted(chain, authType));
    }

    private void checkServer(X509Certificate[] chain, String authType, Check check)
            throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            throw new UntrustedServerException(why(chain, authType), e);
        }
    }

    private String why(X509Certificate[] chain, String authType) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        for (X509Certificate certificate : chain) {
            Instant until = certificate.getNotAfter().toInstant();
            if (now.isAfter(until)) {
                return "the server's certificate (%s) expired at %s; renew it on the server"
                        .formatted(subject(certificate), until);
            }
            Instant from = certificate.getNotBefore().toInstant();
            if (now.isBefore(from)) {
                return ("the server's certificate (%s) is valid only from %s, and here it is %s;"
                                + " check this host's clock")
                        .formatted(subject(certificate), from, now);
            }
        }
        try {
            jdk.checkServerTrusted(chain, authType);
        } catch (CertificateException e) {
            if (tooWeak(e)) {
                return "the server's certificate (%s), or one above it, has a key or signature too weak for TLS today; issue it anew with P-256, or RSA of 2048 bits and SHA-256"
                        .formatted(subject(chain[0]));
            }
            return ("the server's certificate (%s) is not signed by an authority trusted here (it"
                            + " names %s); give its authority with --ca-cert")
                    .formatted(subject(chain[0]), quoted(issuer(chain)));
        }
        return "the server's certificate is for %s, not for the host in its URL"
                .formatted(names(chain[0]));
    }

    private static boolean tooWeak(CertificateException failure) {
        return failure.getCause() instanceof CertPathValidatorException path
                && path.getReason() == BasicReason.ALGORITHM_CONSTRAINED;
    }

    private static String subject(X509Certificate certificate) {
        return quoted(certificate.getSubjectX500Principal().getName());
    }

    private static String issuer(X509Certificate[] chain) {
        return chain[chain.length - 1].getIssuerX500Principal().getName();
    }

    private static String names(X509Certificate certificate) {
        try {
            String names =
                    Optional.ofNullable(certificate.getSubjectAlternativeNames())
                            .<Collection<List<?>>>map(found -> found)
                            .orElse(List.of())
                            .stream()
                            .map(name -> String.valueOf(name.get(1)))
                            .collect(Collectors.joining(", "));
            return names.isEmpty() ? "no host (it has no SAN)" : quoted(names);
        } catch (CertificateException _) {
            return "names that cannot be decoded";
        }
    }

    /** What a server says of itself ends in logs. */
    private static String quoted(String text) {
        String shortened =
                text.length() <= QUOTE_LIMIT ? text : text.substring(0, QUOTE_LIMIT) + "…";
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        jdk.checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        jdk.checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        jdk.checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return jdk.getAcceptedIssuers();
    }
}
