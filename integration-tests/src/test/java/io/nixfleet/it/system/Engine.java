package io.nixfleet.it.system;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/** The Docker engine that {@code integration-tests/engine.sh} started. */
final class Engine {
    /** The network of every host under test. */
    static final String NETWORK = "bridge";

    private static final String BRIDGE = "docker0";
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

    /** This machine, as hosts under test see it: the engine is a local one. */
    static InetAddress address() throws SocketException {
        NetworkInterface bridge = NetworkInterface.getByName(BRIDGE);
        if (bridge == null) {
            throw new IllegalStateException(
                    "there is no interface %s; integration-tests/engine.sh starts an engine that has it"
                            .formatted(BRIDGE));
        }
        return bridge.inetAddresses()
                .filter(Inet4Address.class::isInstance)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(BRIDGE + " has no IPv4 address"));
    }
}
