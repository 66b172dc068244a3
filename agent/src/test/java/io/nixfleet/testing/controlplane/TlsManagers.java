package io.nixfleet.testing.controlplane;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** One side of TLS: its own certificate, and the authorities that the other's must be of. */
final class TlsManagers {
    private final KeyManagerFactory keys;
    private final TrustManagerFactory trust;

    private TlsManagers(KeyManagerFactory keys, TrustManagerFactory trust) {
        this.keys = keys;
        this.trust = trust;
    }

    static TlsManagers of(
            List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
        try {
            char[] password = "in memory".toCharArray();
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry("own", key, password, chain.toArray(X509Certificate[]::new));
            var keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(own, password);
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            for (X509Certificate authority : authorities) {
                roots.setCertificateEntry("ca-" + roots.size(), authority);
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(roots);
            return new TlsManagers(keys, trust);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A context that knows of no session. */
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
