package io.nixfleet.testing.controlplane;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a certificate shall say.
 *
 * @param commonName the subject's CN
 * @param hosts names and addresses, as SANs
 * @param kind the kind of its key
 * @param keyIndex which key of that kind
 */
public record CertificateRequest(
        String commonName,
        List<String> hosts,
        KeyKind kind,
        int keyIndex,
        Instant validFrom,
        Instant validUntil) {
    public CertificateRequest {
        hosts = List.copyOf(hosts);
    }

    /** Of a machine: valid now. */
    public static CertificateRequest client(String commonName) {
        return of(commonName, List.of());
    }

    /** Of a server on this machine: valid now. */
    public static CertificateRequest server() {
        return of("control plane", List.of("localhost", "127.0.0.1"));
    }

    private static CertificateRequest of(String commonName, List<String> hosts) {
        Instant now = Instant.now();
        return new CertificateRequest(
                commonName,
                hosts,
                KeyKind.EC_P256,
                0,
                now.minus(Duration.ofHours(1)),
                now.plus(Duration.ofDays(1)));
    }

    public CertificateRequest withKind(KeyKind newKind) {
        return new CertificateRequest(commonName, hosts, newKind, keyIndex, validFrom, validUntil);
    }

    /** With another key of the same kind. */
    public CertificateRequest withKey(int newIndex) {
        return new CertificateRequest(commonName, hosts, kind, newIndex, validFrom, validUntil);
    }

    public CertificateRequest withHosts(String... newHosts) {
        return new CertificateRequest(
                commonName, List.of(newHosts), kind, keyIndex, validFrom, validUntil);
    }

    public CertificateRequest validBetween(Instant from, Instant until) {
        return new CertificateRequest(commonName, hosts, kind, keyIndex, from, until);
    }

    public CertificateRequest expired() {
        Instant now = Instant.now();
        return validBetween(now.minus(Duration.ofDays(2)), now.minus(Duration.ofHours(1)));
    }

    public CertificateRequest notYetValid() {
        Instant now = Instant.now();
        return validBetween(now.plus(Duration.ofHours(1)), now.plus(Duration.ofDays(2)));
    }
}
