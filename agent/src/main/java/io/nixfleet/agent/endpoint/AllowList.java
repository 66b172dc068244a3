package io.nixfleet.agent.endpoint;

import io.nixfleet.nix.encoding.FormatException;
import io.vertx.core.http.HttpServerRequest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets in whoever's certificate, which TLS has verified, has one of the names. */
final class AllowList implements Gatekeeper {
    private static final Logger LOG = LoggerFactory.getLogger(AllowList.class);

    private final Set<String> allowed;

    AllowList(Set<String> allowed) {
        if (allowed.isEmpty()) {
            throw new IllegalArgumentException(
                    "the allow-list of certificate names is empty: nobody could ever push");
        }
        this.allowed = Set.copyOf(allowed);
    }

    @Override
    public Optional<Answer> refuse(HttpServerRequest request) {
        Optional<X509Certificate> certificate = peer(request);
        if (certificate.isEmpty()) {
            return Optional.of(Answer.error(401, "a client certificate is needed"));
        }
        Set<String> names = CertificateNames.of(certificate.get());
        if (!Collections.disjoint(names, allowed)) {
            return Optional.empty();
        }
        String shown = FormatException.excerpt(String.join(", ", names));
        LOG.warn("push refused: certificate not on the allow-list names={}", shown);
        return Optional.of(
                Answer.error(403, "the names of this certificate are not allowed: " + shown));
    }

    private static Optional<X509Certificate> peer(HttpServerRequest request) {
        try {
            List<Certificate> chain = request.connection().peerCertificates();
            return chain != null
                            && !chain.isEmpty()
                            && chain.getFirst() instanceof X509Certificate certificate
                    ? Optional.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException _) {
            return Optional.empty();
        }
    }
}
