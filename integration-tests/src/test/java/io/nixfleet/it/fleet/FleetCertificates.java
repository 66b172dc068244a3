package io.nixfleet.it.fleet;

import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.IssuedCertificate;
import io.nixfleet.testing.controlplane.KeyEncoding;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** The authority of a fleet, and files and contexts made of what it issues. */
record FleetCertificates(TestAuthority authority) {
    static FleetCertificates create(String name) {
        return new FleetCertificates(TestAuthority.create(name));
    }

    IssuedCertificate issue(CertificateRequest request) {
        return authority.issue(request);
    }

    /** The PEM files of a machine: {@code ca.pem}, {@code client.pem}, {@code client-key.pem}. */
    Map<String, String> files(CertificateRequest client) {
        IssuedCertificate issued = issue(client);
        return Map.of(
                "ca.pem", authority.pem(),
                "client.pem", issued.certificatePem(),
                "client-key.pem", issued.keyPem(KeyEncoding.PKCS8));
    }

    /** The PEM files of the control plane, which is known by these names and addresses. */
    Map<String, String> serverFiles(String... names) {
        IssuedCertificate server = issue(CertificateRequest.server().withHosts(names));
        return Map.of(
                "ca.pem", authority.pem(),
                "server.pem", server.certificatePem(),
                "server-key.pem", server.keyPem(KeyEncoding.PKCS8));
    }

    /** For calls of someone with a certificate of this name. */
    SSLContext context(String commonName) {
        return authority.clientContext(issue(CertificateRequest.client(commonName)));
    }
}
