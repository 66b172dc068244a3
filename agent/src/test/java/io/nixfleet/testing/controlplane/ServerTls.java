package io.nixfleet.testing.controlplane;

import io.nixfleet.agent.tls.PemFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** TLS for the server: its certificate, and the authority that clients must show one of. */
public final class ServerTls {
    private final TlsManagers managers;
    private final SSLContext context;

    private ServerTls(TlsManagers managers) {
        this.managers = managers;
        this.context = managers.context();
    }

    /** The same, but what clients may have kept of earlier sessions is of no use with it. */
    ServerTls anew() {
        return new ServerTls(managers);
    }

    public static ServerTls of(IssuedCertificate server, TestAuthority clientAuthority) {
        return new ServerTls(
                TlsManagers.of(
                        List.of(server.certificate()),
                        server.key(),
                        List.of(clientAuthority.certificate())));
    }

    /** Reads {@code server.pem}, {@code server-key.pem} and {@code ca.pem}. */
    public static ServerTls read(Path directory) throws IOException {
        return new ServerTls(
                TlsManagers.of(
                        PemFiles.readCertificates(directory.resolve("server.pem")),
                        PemFiles.readPrivateKey(directory.resolve("server-key.pem")),
                        PemFiles.readCertificates(directory.resolve("ca.pem"))));
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
