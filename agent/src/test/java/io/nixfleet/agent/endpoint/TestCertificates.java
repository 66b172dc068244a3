package io.nixfleet.agent.endpoint;

import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/** An authority and the certificates that it gives, made by the openssl program. */
final class TestCertificates {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String EC = "ec_paramgen_curve:prime256v1";

    private final Path directory;
    private final String authority;

    TestCertificates(Path directory, String authority) throws IOException, InterruptedException {
        this.directory = directory;
        this.authority = authority;
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                EC,
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + authority,
                "-keyout",
                file(".key"),
                "-out",
                file(".pem"));
    }

    private String file(String suffix) {
        return directory.resolve(authority + suffix).toString();
    }

    /** A key store with a certificate for a subject such as {@code /O=x/CN=y}. */
    KeyStore issue(String subject, String... dnsNames)
            throws IOException, InterruptedException, GeneralSecurityException {
        var names = new ArrayList<>(List.of("IP:127.0.0.1"));
        for (String name : dnsNames) {
            names.add("DNS:" + name);
        }
        Path extensions = Files.createTempFile(directory, "san", ".cnf");
        Files.writeString(extensions, "subjectAltName=" + String.join(",", names) + "\n");
        Path base = Files.createTempFile(directory, "leaf", "");
        openssl(
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                EC,
                "-nodes",
                "-subj",
                subject,
                "-keyout",
                base + ".key",
                "-out",
                base + ".csr");
        openssl(
                "x509",
                "-req",
                "-in",
                base + ".csr",
                "-days",
                "2",
                "-CA",
                file(".pem"),
                "-CAkey",
                file(".key"),
                "-CAcreateserial",
                "-extfile",
                extensions.toString(),
                "-out",
                base + ".pem");
        openssl(
                "pkcs12",
                "-export",
                "-in",
                base + ".pem",
                "-inkey",
                base + ".key",
                "-passout",
                "pass:changeit",
                "-out",
                base + ".p12");
        return load(Path.of(base + ".p12"));
    }

    private static KeyStore load(Path file) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static void openssl(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        var result = new ProcessRunner().run(command, Map.of(), Duration.ofSeconds(30), 16 * 1024);
        if (result.exitCode() != 0) {
            throw new IOException("openssl failed: " + result.stderr());
        }
    }

    /** Believes certificates of this authority. */
    X509TrustManager trust() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, PASSWORD);
        try (var in = Files.newInputStream(Path.of(file(".pem")))) {
            store.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509")
                            .generateCertificate(in));
        }
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    static X509KeyManager keys(KeyStore store) throws GeneralSecurityException {
        var factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, PASSWORD);
        return (X509KeyManager) factory.getKeyManagers()[0];
    }

    /** A client that believes this authority, without a certificate of its own. */
    SSLContext anonymous() throws IOException, GeneralSecurityException {
        return context(new X509KeyManager[0]);
    }

    /** A client that believes this authority and has a certificate. */
    SSLContext client(KeyStore store) throws IOException, GeneralSecurityException {
        return context(new X509KeyManager[] {keys(store)});
    }

    private SSLContext context(X509KeyManager[] keys) throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(keys, new X509TrustManager[] {trust()}, null);
        return context;
    }
}
