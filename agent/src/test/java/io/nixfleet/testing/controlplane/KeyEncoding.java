package io.nixfleet.testing.controlplane;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.PrivateKey;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** How a private key is written in PEM. */
public enum KeyEncoding {
    /** {@code PRIVATE KEY}: any kind. */
    PKCS8,
    /** {@code RSA PRIVATE KEY}. */
    PKCS1,
    /** {@code EC PRIVATE KEY}, which names its curve. */
    SEC1,
    /** {@code EC PARAMETERS}, then an {@code EC PRIVATE KEY} without its curve. */
    SEC1_AFTER_PARAMETERS;

    /** Whether a key of this kind can be written so. */
    public boolean fits(KeyKind kind) {
        return switch (this) {
            case PKCS8 -> true;
            case PKCS1 -> kind == KeyKind.RSA_2048;
            case SEC1, SEC1_AFTER_PARAMETERS -> kind == KeyKind.EC_P256;
        };
    }

    /** Writes a key. */
    public String pem(PrivateKey key) {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(key.getEncoded());
        ASN1Encodable curve = info.getPrivateKeyAlgorithm().getParameters();
        try {
            return switch (this) {
                case PKCS8 -> block("PRIVATE KEY", info.getEncoded());
                case PKCS1 -> block("RSA PRIVATE KEY", info.getPrivateKey().getOctets());
                case SEC1 -> block("EC PRIVATE KEY", sec1(info, curve).getEncoded());
                case SEC1_AFTER_PARAMETERS ->
                        block("EC PARAMETERS", curve.toASN1Primitive().getEncoded())
                                + block("EC PRIVATE KEY", info.getPrivateKey().getOctets());
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ECPrivateKey sec1(PrivateKeyInfo info, ASN1Encodable curve) throws IOException {
        ECPrivateKey bare = ECPrivateKey.getInstance(info.parsePrivateKey());
        DERBitString noPublicKey = null;
        return new ECPrivateKey(256, bare.getKey(), noPublicKey, curve);
    }

    static String block(String type, byte[] content) {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
