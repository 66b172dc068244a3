package io.nixfleet.testing.controlplane;

import io.nixfleet.agent.tls.PemFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** TLS for the server: its certificate, and the authority that clients must show one of. */
public final class ServerTls {
    private final KeyManager[] keys;
    private final TrustManager[] trust;
    private final SSLContext context;

    private ServerTls(KeyManager[] keys, TrustManager[] trust) throws GeneralSecurityException {
        this.keys = keys;
        this.trust = trust;
        this.context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
    }

    /** The same, but what clients may have kept of earlier sessions is of no use with it. */
    ServerTls anew() {
        try {
            return new ServerTls(keys, trust);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static ServerTls of(IssuedCertificate server, TestAuthority clientAuthority) {
        return of(
                List.of(server.certificate()),
                server.key(),
                List.of(clientAuthority.certificate()));
    }

    /** Reads {@code server.pem}, {@code server-key.pem} and {@code ca.pem}. */
    public static ServerTls read(Path directory) throws IOException {
        return of(
                PemFiles.readCertificates(directory.resolve("server.pem")),
                PemFiles.readPrivateKey(directory.resolve("server-key.pem")),
                PemFiles.readCertificates(directory.resolve("ca.pem")));
    }

    private static ServerTls of(
            List<X509Certificate> chain, PrivateKey key, List<X509Certificate> authorities) {
        try {
            char[] password = "in memory".toCharArray();
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("server", key, password, chain.toArray(X509Certificate[]::new));
            var keyManagers = KeyManagerFactory.getInstance("SunX509");
            keyManagers.init(keys, password);
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            for (X509Certificate authority : authorities) {
                roots.setCertificateEntry("ca-" + roots.size(), authority);
            }
            var trustManagers = TrustManagerFactory.getInstance("PKIX");
            trustManagers.init(roots);
            return new ServerTls(keyManagers.getKeyManagers(), trustManagers.getTrustManagers());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Shakes hands; the client must show a certificate. Leaves the plain socket to its owner. */
    SSLSocket accept(Socket socket) throws IOException {
        var secure =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(socket, "client", socket.getPort(), false);
        secure.setUseClientMode(false);
        secure.setNeedClientAuth(true);
        secure.startHandshake();
        return secure;
    }

    /** The first CN of the certificate that the client showed. */
    static String clientName(SSLSocket socket) throws IOException {
        var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        X500Name subject = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        return subject.getRDNs(BCStyle.CN)[0].getFirst().getValue().toString();
    }
}
