package io.nixfleet.agent.tls;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainingTrustManagerTest {
    @Test
    void saysThatAServersKeyIsTooWeak(@TempDir Path directory) throws Exception {
        TestAuthority authority = TestAuthority.create("authority");
        var trust =
                TrustedAuthorities.systemAnd(authority.write(directory.resolve("ca.pem")))
                        .trustManager();
        KeyPairGenerator weak = KeyPairGenerator.getInstance("RSA");
        weak.initialize(512);
        X509Certificate[] chain = {
            authority.certify(CertificateRequest.server(), weak.generateKeyPair().getPublic())
        };

        assertThatThrownBy(() -> trust.checkServerTrusted(chain, "ECDHE_RSA"))
                .isInstanceOf(UntrustedServerException.class)
                .hasMessage(
                        "the server's certificate (CN=control plane), or one above it, has a key or"
                            + " signature too weak for TLS today; issue it anew with P-256, or RSA"
                            + " of 2048 bits and SHA-256");
    }
}
