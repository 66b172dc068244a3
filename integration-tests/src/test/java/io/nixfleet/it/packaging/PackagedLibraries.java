package io.nixfleet.it.packaging;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nixfleet.agent.logging.LogFormat;
import io.nixfleet.agent.logging.Logging;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.agent.systemd.ServiceNotifier;
import io.nixfleet.nix.signature.SecretKey;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.util.io.pem.PemReader;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A program that the package's runtime runs with the package's jars: uses each library of which the
 * package leaves parts out, or which finds its parts by name, the way the agent does.
 */
final class PackagedLibraries {
    private PackagedLibraries() {}

    /** Argument: a directory to write to. */
    @SuppressWarnings("SystemOut") // Where the test reads what works.
    public static void main(String[] arguments) throws Exception {
        Logging.silenceLibraries();
        Logging.configure(Level.INFO, LogFormat.JSON, System.out);
        LoggerFactory.getLogger("io.nixfleet.Packaged").info("logs");
        ServiceNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", "@nobody-listens")).ready();
        remember(Path.of(arguments[0], "state.db"));
        System.out.println(scrape("text/plain"));
        System.out.println(scrape("application/vnd.google.protobuf"));
        System.out.println(SecretKey.generate("key-1", new SecureRandom()).publicKey().name());
        System.out.println("reads PEM: " + readsPem());
    }

    private static void remember(Path file) {
        try (StateStore store = StateStore.open(file, InstantSource.system()).store()) {
            store.note("kept", "remembers");
        }
        try (StateStore store = StateStore.open(file, InstantSource.system()).store()) {
            System.out.println(store.note("kept").orElse("forgets"));
        }
    }

    private static String scrape(String accepted) throws IOException {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        Timer.builder("phase")
                .publishPercentileHistogram()
                .register(registry)
                .record(Duration.ofMillis(3));
        return registry.scrape(accepted);
    }

    private static boolean readsPem() throws IOException, GeneralSecurityException {
        PrivateKey key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate();
        var ours = PrivateKeyInfo.getInstance(key.getEncoded());
        byte[] sec1 = ECPrivateKey.getInstance(ours.parsePrivateKey()).getEncoded();
        String pem =
                "-----BEGIN EC PRIVATE KEY-----\n%s\n-----END EC PRIVATE KEY-----\n"
                        .formatted(Base64.getMimeEncoder().encodeToString(sec1));
        try (var reader = new PemReader(new StringReader(pem))) {
            var read = ECPrivateKey.getInstance(reader.readPemObject().getContent());
            var pkcs8 = new PrivateKeyInfo(ours.getPrivateKeyAlgorithm(), read);
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8.getEncoded()))
                    .equals(key);
        }
    }
}
