package io.nixfleet.agent.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;

/**
 * Makes keys that the JDK's TLS can use. Bouncy Castle takes the encodings apart, because the JDK
 * reads PKCS#8 only; the JDK makes the key.
 */
final class PrivateKeyReader {
    /** RFC 8410; Bouncy Castle has the name in a jar that we have no other need of. */
    private static final ASN1ObjectIdentifier ED25519 = new ASN1ObjectIdentifier("1.3.101.112");

    private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS =
            Map.of(
                    PKCSObjectIdentifiers.rsaEncryption,
                    "RSA",
                    X9ObjectIdentifiers.id_ecPublicKey,
                    "EC",
                    ED25519,
                    "Ed25519");

    private final Path file;

    /** Of a block `EC PARAMETERS`, which openssl writes before a SEC1 key. */
    private @Nullable ASN1Encodable curve;

    private @Nullable PrivateKey key;

    private PrivateKeyReader(Path file) {
        this.file = file;
    }

    static PrivateKey read(PemBlocks pem) throws TlsFileException {
        var reader = new PrivateKeyReader(pem.file());
        for (PemObject block : pem.blocks()) {
            reader.take(block);
        }
        if (reader.key == null) {
            throw new TlsFileException(
                    pem.file(),
                    "holds no private key but %s; give the key's file, in PEM"
                            .formatted(pem.types()));
        }
        return reader.key;
    }

    private void take(PemObject block) throws TlsFileException {
        if (isEncrypted(block)) {
            throw new TlsFileException(
                    file,
                    "holds a private key encrypted with a passphrase, which nobody could type in;"
                            + " decrypt it with openssl pkey");
        }
        try {
            switch (block.getType()) {
                case "EC PARAMETERS" -> curve = ASN1Primitive.fromByteArray(block.getContent());
                case "PRIVATE KEY" -> keep(PrivateKeyInfo.getInstance(block.getContent()));
                case "RSA PRIVATE KEY" -> keep(pkcs1(block.getContent()));
                case "EC PRIVATE KEY" -> keep(sec1(block.getContent()));
                case "OPENSSH PRIVATE KEY", "DSA PRIVATE KEY" ->
                        throw new TlsFileException(
                                file,
                                "holds an %s, which TLS does not use; make one with openssl genpkey"
                                        .formatted(block.getType()));
                default -> {
                    // Certificates and the like may stand beside the key.
                }
            }
        } catch (TlsFileException e) {
            throw e;
        } catch (IOException | RuntimeException _) {
            throw new TlsFileException(
                    file,
                    "is damaged: its %s cannot be decoded; write the file again"
                            .formatted(block.getType()));
        }
    }

    private static boolean isEncrypted(PemObject block) {
        if (block.getType().equals("ENCRYPTED PRIVATE KEY")) {
            return true;
        }
        for (Object header : block.getHeaders()) {
            if (header instanceof PemHeader pemHeader
                    && pemHeader.getValue().contains("ENCRYPTED")) {
                return true;
            }
        }
        return false;
    }

    private static PrivateKeyInfo pkcs1(byte[] content) throws IOException {
        var algorithm =
                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
        return new PrivateKeyInfo(algorithm, RSAPrivateKey.getInstance(content));
    }

    private PrivateKeyInfo sec1(byte[] content) throws IOException {
        ECPrivateKey ec = ECPrivateKey.getInstance(content);
        ASN1Encodable parameters =
                ec.getParametersObject() == null ? curve : ec.getParametersObject();
        if (parameters == null) {
            throw new TlsFileException(
                    file, "holds an EC key that does not name its curve; convert it to PKCS#8");
        }
        return new PrivateKeyInfo(
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, parameters), ec);
    }

    private void keep(PrivateKeyInfo info) throws IOException {
        if (key != null) {
            throw new TlsFileException(file, "holds more than one private key; leave only one");
        }
        ASN1ObjectIdentifier oid = info.getPrivateKeyAlgorithm().getAlgorithm();
        String algorithm = ALGORITHMS.get(oid);
        if (algorithm == null) {
            throw new TlsFileException(
                    file,
                    "holds a private key of algorithm %s; the agent can use EC, RSA and Ed25519"
                            .formatted(oid));
        }
        // Without the attributes and public key of newer forms, which not every reader knows.
        var plain = new PrivateKeyInfo(info.getPrivateKeyAlgorithm(), info.parsePrivateKey());
        try {
            key =
                    KeyFactory.getInstance(algorithm)
                            .generatePrivate(new PKCS8EncodedKeySpec(plain.getEncoded()));
        } catch (GeneralSecurityException _) {
            throw new TlsFileException(
                    file,
                    algorithm.equals("EC")
                            ? "holds an EC key that cannot be used; its curve must be P-256, P-384"
                                    + " or P-521"
                            : "is damaged: its %s key cannot be used".formatted(algorithm));
        }
    }
}
