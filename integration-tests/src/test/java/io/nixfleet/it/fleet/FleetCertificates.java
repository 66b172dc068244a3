package io.nixfleet.it.fleet;

import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.IssuedCertificate;
import io.nixfleet.testing.controlplane.KeyEncoding;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

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
        return context(issue(CertificateRequest.client(commonName)), authority.certificate());
    }

    private static SSLContext context(IssuedCertificate own, X509Certificate trusted) {
        try {
            char[] password = "in memory".toCharArray();
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("own", own.key(), password, new X509Certificate[] {own.certificate()});
            var keyManagers = KeyManagerFactory.getInstance("SunX509");
            keyManagers.init(keys, password);
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("trusted", trusted);
            var trustManagers = TrustManagerFactory.getInstance("PKIX");
            trustManagers.init(roots);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
