package io.nixfleet.it.server;

import io.nixfleet.it.nix.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A key pair that Nix itself made; closing it deletes it.
 *
 * @param secretFile where Nix reads the secret half
 * @param publicKey {@code name:base64}
 */
public record SigningKey(Path secretFile, String publicKey) implements AutoCloseable {
    public static SigningKey generate(String name) throws IOException {
        Path directory = Files.createTempDirectory("nixfleet-key-");
        Path secret = directory.resolve("secret");
        Path publicFile = directory.resolve("public");
        Commands.run(
                List.of(
                        "nix-store",
                        "--generate-binary-cache-key",
                        name,
                        secret.toString(),
                        publicFile.toString()));
        return new SigningKey(secret, Files.readString(publicFile).strip());
    }

    @Override
    public void close() throws IOException {
        Commands.run(List.of("rm", "-rf", secretFile.resolveSibling("").toString()));
    }
}
