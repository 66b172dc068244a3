package io.nixfleet.agent.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;

/** A certificate with its chain, and the private key that belongs to it. */
public final class ClientIdentity {
    private static final Map<String, String> SIGNATURES =
            Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private ClientIdentity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /**
     * Reads both files.
     *
     * @param certificateFile the own certificate first, then those that lead to the authority
     * @throws TlsFileException also when the key belongs to another certificate
     */
    public static ClientIdentity read(Path certificateFile, Path keyFile) throws TlsFileException {
        List<X509Certificate> chain = PemFiles.readCertificates(certificateFile);
        PrivateKey key = PemFiles.readPrivateKey(keyFile);
        if (!belongTogether(chain.getFirst(), key)) {
            throw new TlsFileException(
                    keyFile,
                    "is not the key of the first certificate in %s; give the two that belong"
                                    .formatted(certificateFile)
                            + " together");
        }
        return new ClientIdentity(chain, key);
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        String algorithm = certificate.getPublicKey().getAlgorithm();
        String signature = SIGNATURES.get(algorithm);
        if (signature == null || !key.getAlgorithm().equals(algorithm)) {
            return false;
        }
        byte[] probe = "does this key sign for that certificate?".getBytes(UTF_8);
        try {
            Signature signer = Signature.getInstance(signature);
            signer.initSign(key);
            signer.update(probe);
            byte[] signed = signer.sign();
            Signature verifier = Signature.getInstance(signature);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(probe);
            return verifier.verify(signed);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /** The own certificate first. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** The first CN of the certificate's subject, by which a control plane knows the machine. */
    public Optional<String> commonName() {
        var subject = X500Name.getInstance(chain.getFirst().getSubjectX500Principal().getEncoded());
        RDN[] names = subject.getRDNs(BCStyle.CN);
        if (names.length == 0) {
            return Optional.empty();
        }
        for (var attribute : names[0].getTypesAndValues()) {
            if (attribute.getType().equals(BCStyle.CN)
                    && attribute.getValue() instanceof ASN1String text) {
                return Optional.of(text.getString());
            }
        }
        return Optional.empty();
    }

    public Instant validFrom() {
        return chain.getFirst().getNotBefore().toInstant();
    }

    public Instant validUntil() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** Presents this identity to every peer that asks for one, whatever authorities it names. */
    public X509ExtendedKeyManager keyManager() {
        return new SingleKeyManager(chain, key);
    }

    @Override
    public String toString() {
        return "ClientIdentity[%s]".formatted(commonName().orElse("no CN"));
    }
}
