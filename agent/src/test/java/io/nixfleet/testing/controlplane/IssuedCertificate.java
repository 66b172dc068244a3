package io.nixfleet.testing.controlplane;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/** A certificate and its key. */
public record IssuedCertificate(X509Certificate certificate, PrivateKey key) {
    public String certificatePem() {
        try {
            return KeyEncoding.block("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    public String keyPem(KeyEncoding encoding) {
        return encoding.pem(key);
    }

    /** Writes {@code name.pem} and {@code name-key.pem}. */
    public void write(Path directory, String name) throws IOException {
        write(directory.resolve(name + ".pem"), directory.resolve(name + "-key.pem"));
    }

    /** Writes or overwrites both files; the key's is for its owner only. */
    public void write(Path certificateFile, Path keyFile) throws IOException {
        Files.writeString(certificateFile, certificatePem());
        Files.deleteIfExists(keyFile);
        Files.createFile(
                keyFile,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(keyFile, keyPem(KeyEncoding.PKCS8), StandardOpenOption.WRITE);
    }
}
