package io.nixfleet.it.host;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/** The Docker engine that {@code integration-tests/engine.sh} started. */
public final class Engine {
    private static final String BRIDGE = "docker0";

    private Engine() {}

    /** This machine, as hosts under test see it: the engine is a local one. */
    public static InetAddress address() throws SocketException {
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
