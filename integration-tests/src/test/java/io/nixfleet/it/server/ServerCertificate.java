package io.nixfleet.it.server;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A certificate for 127.0.0.1 that signed itself, so that it is its own authority. */
public record ServerCertificate(Path directory) implements AutoCloseable {
    public static ServerCertificate generate() throws IOException {
        Path directory = Files.createTempDirectory("nixfleet-certificate-");
        var made = new ServerCertificate(directory);
        Commands.run(
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=cache",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        made.key().toString(),
                        "-out",
                        made.certificate().toString()));
        return made;
    }

    public Path certificate() {
        return directory.resolve("cert.pem");
    }

    public Path key() {
        return directory.resolve("key.pem");
    }

    @Override
    public void close() {
        Commands.run(List.of("rm", "-rf", directory.toString()));
    }
}
