package io.nixfleet.testing.controlplane;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority. Each has a key of its own. */
public final class TestAuthority {
    private static final AtomicLong SERIAL = new AtomicLong(System.currentTimeMillis());

    private final X500Name name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    private TestAuthority(String name) {
        this.name = subject(name);
        this.keys = newKeys();
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        this.name,
                        BigInteger.valueOf(SERIAL.incrementAndGet()),
                        Date.from(now.minus(Duration.ofDays(3650))),
                        Date.from(now.plus(Duration.ofDays(3650))),
                        this.name,
                        keys.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.certificate = signed(builder, keys.getPrivate());
    }

    /** Makes an authority with an EC key. */
    public static TestAuthority create(String name) {
        return new TestAuthority(name);
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public String pem() {
        return new IssuedCertificate(certificate, keys.getPrivate()).certificatePem();
    }

    /** Writes the authority's certificate. */
    public Path write(Path file) throws IOException {
        return Files.writeString(file, pem());
    }

    /** Issues a certificate for one of the keys that this process has. */
    public IssuedCertificate issue(CertificateRequest request) {
        KeyPair pair = request.kind().keyPair(request.keyIndex());
        return new IssuedCertificate(certify(request, pair.getPublic()), pair.getPrivate());
    }

    /** Issues a certificate for any key; the request's own does not count. */
    public X509Certificate certify(CertificateRequest request, PublicKey key) {
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(SERIAL.incrementAndGet()),
                        Date.from(request.validFrom()),
                        Date.from(request.validUntil()),
                        subject(request.commonName()),
                        key);
        if (!request.hosts().isEmpty()) {
            try {
                builder.addExtension(Extension.subjectAlternativeName, false, names(request));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return signed(builder, keys.getPrivate());
    }

    /** For clients with this certificate, of servers whose certificates are of this authority. */
    public SSLContext clientContext(IssuedCertificate own) {
        return TlsManagers.of(List.of(own.certificate()), own.key(), List.of(certificate))
                .context();
    }

    private static X500Name subject(String commonName) {
        return new X500NameBuilder().addRDN(BCStyle.CN, commonName).build();
    }

    private static GeneralNames names(CertificateRequest request) {
        return new GeneralNames(
                request.hosts().stream()
                        .map(
                                host ->
                                        new GeneralName(
                                                host.matches("[0-9.]+|.*:.*")
                                                        ? GeneralName.iPAddress
                                                        : GeneralName.dNSName,
                                                host))
                        .toArray(GeneralName[]::new));
    }

    private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey key) {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key);
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
