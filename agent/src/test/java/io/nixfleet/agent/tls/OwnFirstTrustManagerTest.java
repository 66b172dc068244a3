package io.nixfleet.agent.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFirstTrustManagerTest {
    private static final String KIND = "ECDHE_ECDSA";

    private final TestAuthority fleet = TestAuthority.create("fleet authority");
    private final TestAuthority system = TestAuthority.create("system authority");
    private final AtomicInteger loads = new AtomicInteger();
    private OwnFirstTrustManager trust;

    @TempDir Path directory;

    @BeforeEach
    void trustBoth() throws IOException {
        X509ExtendedTrustManager all = only(system, "system");
        trust =
                new OwnFirstTrustManager(
                        Optional.of(only(fleet, "fleet")),
                        () -> {
                            loads.incrementAndGet();
                            return all;
                        });
    }

    private X509ExtendedTrustManager only(TestAuthority authority, String name) throws IOException {
        return TrustedAuthorities.only(authority.write(directory.resolve(name + ".pem")));
    }

    private static X509Certificate[] serverOf(TestAuthority authority) throws Exception {
        KeyPairGenerator keys = KeyPairGenerator.getInstance("EC");
        keys.initialize(new ECGenParameterSpec("secp256r1"));
        return new X509Certificate[] {
            authority.certify(CertificateRequest.server(), keys.generateKeyPair().getPublic())
        };
    }

    @Test
    void readsNoMoreThanItNeeds() throws Exception {
        trust.checkServerTrusted(serverOf(fleet), KIND);

        assertThat(loads).hasValue(0);
    }

    @Test
    void asksTheSystemOnceWhomTheFleetDoesNotKnow() throws Exception {
        trust.checkServerTrusted(serverOf(system), KIND);
        trust.checkServerTrusted(serverOf(system), KIND);

        assertThat(loads).hasValue(1);
    }

    @Test
    void refusesAStranger() throws Exception {
        X509Certificate[] stranger = serverOf(TestAuthority.create("system authority"));

        assertThatThrownBy(() -> trust.checkServerTrusted(stranger, KIND))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void saysThatTheSystemsAuthoritiesCannotBeReadAndTriesAgain() throws Exception {
        X509ExtendedTrustManager all = only(system, "system");
        var broken = new AtomicInteger();
        var mended =
                new OwnFirstTrustManager(
                        Optional.empty(),
                        () -> {
                            if (broken.getAndIncrement() == 0) {
                                throw new IOException("bundle.crt holds no certificates");
                            }
                            return all;
                        });
        X509Certificate[] chain = serverOf(system);

        assertThatThrownBy(() -> mended.checkServerTrusted(chain, KIND))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("bundle.crt holds no certificates");
        assertThatCode(() -> mended.checkServerTrusted(chain, KIND)).doesNotThrowAnyException();
    }
}
