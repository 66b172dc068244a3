import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Certificates for the training run's mutual TLS: {@code server.pem} with an RSA key, {@code
 * client.pem} with an EC key, their keys, and {@code ca.pem} with both, since each signs itself.
 */
record RehearsalCertificates(Path folder) {
    static final String PASSWORD = "rehearsal";
    private static final Base64.Encoder BASE64 =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    void write() throws IOException, InterruptedException, GeneralSecurityException {
        Files.createDirectories(folder);
        String server = make("server", List.of("-keyalg", "RSA", "-keysize", "2048"));
        String client = make("client", List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        Files.writeString(folder.resolve("ca.pem"), server + client);
    }

    private String make(String name, List<String> key)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve(name + ".p12");
        Files.deleteIfExists(store);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-alias", name, "-keystore", store.toString()));
        command.addAll(List.of("-storepass", PASSWORD, "-dname", "CN=rehearsal", "-validity", "2"));
        command.addAll(List.of("-ext", "san=dns:localhost", "-ext", "bc=ca:true"));
        command.addAll(key);
        Process keytool =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("keytool.log").toFile())
                        .start();
        if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new Refusal(
                    "keytool made no certificate for the training run. It printed:%n%s"
                            .formatted(Files.readString(folder.resolve("keytool.log"))));
        }
        KeyStore made = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Key secret = made.getKey(name, PASSWORD.toCharArray());
        String certificate = pem("CERTIFICATE", made.getCertificate(name).getEncoded());
        Files.writeString(folder.resolve(name + "-key.pem"), pem("PRIVATE KEY", secret.getEncoded()));
        Files.writeString(folder.resolve(name + ".pem"), certificate);
        return certificate;
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                .formatted(type, BASE64.encodeToString(content), type);
    }
}
