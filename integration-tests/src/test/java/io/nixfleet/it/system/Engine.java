package io.nixfleet.it.system;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;

/** The Docker engine that {@code integration-tests/engine.sh} started. */
final class Engine {
    /** The network of every host under test. */
    static final String NETWORK = "bridge";

    private static final String IMAGE_VARIABLE = "NIXFLEET_TEST_IMAGE";

    private Engine() {}

    /** The image of hosts under test. */
    static String image() {
        String image = System.getenv().getOrDefault(IMAGE_VARIABLE, "");
        if (image.isEmpty()) {
            throw new IllegalStateException(
                    "%s names no image; integration-tests/SYSTEM-TESTS.md says how to make one"
                            .formatted(IMAGE_VARIABLE));
        }
        return image;
    }

    /** This machine, as hosts under test see it. */
    static InetAddress address() throws UnknownHostException {
        var network =
                DockerClientFactory.lazyClient().inspectNetworkCmd().withNetworkId(NETWORK).exec();
        return InetAddress.getByName(
                Objects.requireNonNull(
                        network.getIpam().getConfig().getFirst().getGateway(),
                        "the gateway of Docker's network " + NETWORK));
    }
}
