package io.nixfleet.substituter.cache.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The certificate authorities that servers are trusted by. */
public final class TrustRoots {
    // Where NixOS and Debian, Fedora, and openSUSE keep what their administrators trust.
    private static final List<Path> SYSTEM_BUNDLES =
            List.of(
                    Path.of("/etc/ssl/certs/ca-certificates.crt"),
                    Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
                    Path.of("/etc/ssl/ca-bundle.pem"));

    private TrustRoots() {}

    /** The file in which this system keeps its authorities, if it has one. */
    public static Optional<Path> systemBundle() {
        return SYSTEM_BUNDLES.stream().filter(Files::isReadable).findFirst();
    }

    /**
     * The system's authorities, or Java's where the system has no bundle, and those of the files.
     *
     * @throws IOException naming a file that cannot be read or holds no certificates
     */
    public static X509ExtendedTrustManager load(List<Path> extraCaFiles) throws IOException {
        try {
            KeyStore roots = empty();
            Optional<Path> system = systemBundle();
            if (system.isPresent()) {
                add(roots, certificates(system.get()));
            } else {
                add(roots, List.of(trustManager(null).getAcceptedIssuers()));
            }
            for (Path file : extraCaFiles) {
                add(roots, certificates(file));
            }
            return trustManager(roots);
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot set up TLS: " + e.getMessage(), e);
        }
    }

    /**
     * The authorities of the file and no others.
     *
     * @throws IOException when the file cannot be read or holds no certificates
     */
    public static X509ExtendedTrustManager loadOnly(Path caFile) throws IOException {
        try {
            KeyStore roots = empty();
            add(roots, certificates(caFile));
            return trustManager(roots);
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime cannot set up TLS: " + e.getMessage(), e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        return roots;
    }

    private static void add(KeyStore roots, Collection<? extends Certificate> certificates)
            throws GeneralSecurityException {
        for (Certificate certificate : certificates) {
            roots.setCertificateEntry("ca-" + roots.size(), certificate);
        }
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException {
        try (var in = new BufferedInputStream(Files.newInputStream(file))) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new IOException(file + " holds no certificates; it must be PEM");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " does not hold PEM certificates: " + e.getMessage(), e);
        }
    }

    private static X509ExtendedTrustManager trustManager(@Nullable KeyStore roots)
            throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(roots);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager x509) {
                return x509;
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }
}
