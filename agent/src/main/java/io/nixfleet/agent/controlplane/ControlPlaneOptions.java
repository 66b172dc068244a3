package io.nixfleet.agent.controlplane;

import io.nixfleet.agent.tls.TlsFiles;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Which control plane, and as whom.
 *
 * @param baseUrl http or https, perhaps with a path; slashes at its end do not count
 * @param machineId as the control plane knows this machine: the CN of its certificate
 * @param tls certificates and authorities for https
 * @param timeout for a whole call, from the look-up of the host to the end of the answer
 * @param userAgent what the {@code User-Agent} header says
 * @param allowInsecure whether http is good enough
 */
public record ControlPlaneOptions(
        URI baseUrl,
        String machineId,
        TlsFiles tls,
        Duration timeout,
        String userAgent,
        boolean allowInsecure) {
    /** See {@link Endpoint#DEFAULT_TIMEOUT}. */
    public static final Duration DEFAULT_TIMEOUT = Endpoint.DEFAULT_TIMEOUT;

    private static final int MAX_ID_BYTES = 128;

    /**
     * @throws IllegalArgumentException naming the option that is wrong, and how
     */
    public ControlPlaneOptions {
        baseUrl = new Endpoint(baseUrl, tls, timeout, userAgent, allowInsecure).baseUrl();
        checkId(machineId);
    }

    private static void checkId(String id) {
        int bytes = id.getBytes(StandardCharsets.UTF_8).length;
        if (id.isBlank() || id.equals(".") || id.equals("..")) {
            throw new IllegalArgumentException(
                    "--machine-id '%s' names no machine; give the CN of its certificate"
                            .formatted(id));
        }
        if (id.codePoints().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("--machine-id has control characters");
        }
        if (bytes > MAX_ID_BYTES) {
            throw new IllegalArgumentException(
                    "--machine-id has %d bytes; a control plane takes at most %d"
                            .formatted(bytes, MAX_ID_BYTES));
        }
    }

    Endpoint endpoint() {
        return new Endpoint(baseUrl, tls, timeout, userAgent, allowInsecure);
    }
}
