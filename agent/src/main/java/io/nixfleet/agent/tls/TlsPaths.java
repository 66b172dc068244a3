package io.nixfleet.agent.tls;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the agent's certificates are.
 *
 * @param caFile authorities to trust besides the system's
 * @param certificateFile the agent's own certificate with its chain; needs the key
 * @param keyFile the private key of that certificate
 */
public record TlsPaths(
        Optional<Path> caFile, Optional<Path> certificateFile, Optional<Path> keyFile) {
    /** Only the system's authorities, no own certificate. */
    public static final TlsPaths NONE =
            new TlsPaths(Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * @throws IllegalArgumentException for half a pair, naming the option that lacks
     */
    public TlsPaths {
        if (certificateFile.isPresent() && keyFile.isEmpty()) {
            throw new IllegalArgumentException(
                    "--client-cert %s is given without its key; add --client-key"
                            .formatted(certificateFile.get()));
        }
        if (keyFile.isPresent() && certificateFile.isEmpty()) {
            throw new IllegalArgumentException(
                    "--client-key %s is given without its certificate; add --client-cert"
                            .formatted(keyFile.get()));
        }
    }
}
