package io.nixfleet.agent.tls;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;

/** Certificates and private keys in PEM files. */
public final class PemFiles {
    private PemFiles() {}

    /**
     * Reads all certificates of a file, in its order; other blocks are passed over.
     *
     * @return at least one
     */
    public static List<X509Certificate> readCertificates(Path file) throws TlsFileException {
        PemBlocks pem = PemBlocks.read(file);
        var certificates = new ArrayList<X509Certificate>();
        for (PemObject block : pem.blocks()) {
            if (isCertificate(block)) {
                certificates.add(certificate(file, block, certificates.size() + 1));
            }
        }
        if (certificates.isEmpty()) {
            throw new TlsFileException(
                    file, "holds no certificate but %s; give one".formatted(pem.types()));
        }
        return List.copyOf(certificates);
    }

    /**
     * Reads the one private key of a file: EC, RSA or Ed25519, in PKCS#8, PKCS#1 or SEC1.
     * Certificates beside it are passed over.
     */
    public static PrivateKey readPrivateKey(Path file) throws TlsFileException {
        return PrivateKeyReader.read(PemBlocks.read(file));
    }

    static boolean isCertificate(PemObject block) {
        return block.getType().equals("CERTIFICATE") || block.getType().equals("X509 CERTIFICATE");
    }

    private static X509Certificate certificate(Path file, PemObject block, int number)
            throws TlsFileException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.getContent()));
        } catch (GeneralSecurityException _) {
            throw new TlsFileException(
                    file,
                    "is damaged: its certificate number %d cannot be decoded".formatted(number));
        }
    }
}
