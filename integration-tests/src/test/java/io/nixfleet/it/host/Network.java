package io.nixfleet.it.host;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Network.Ipam;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;

/** A private network of hosts, with addresses that they keep; they find each other by name. */
public final class Network implements AutoCloseable {
    private static final int FIRST_SUBNET = 64;
    private static final int LAST_SUBNET = 127;
    private static final int FIRST_HOST = 10;

    private final String name;
    private final int subnet;
    private int taken;

    private Network(String name, int subnet) {
        this.name = name;
        this.subnet = subnet;
    }

    /**
     * A place for one host.
     *
     * @param network its name at the engine
     * @param name that other hosts know it by
     * @param address IPv4
     */
    public record Place(String network, String name, String address) {
        /** Makes a container take it. */
        public void take(CreateContainerCmd command) {
            command.withIpv4Address(address).withAliases(name);
            Objects.requireNonNull(command.getHostConfig()).withNetworkMode(network);
        }
    }

    /** Makes one in the first subnet that is free. */
    public static Network create() {
        DockerClient docker = DockerClientFactory.lazyClient();
        for (int subnet = FIRST_SUBNET; subnet <= LAST_SUBNET; subnet++) {
            String name = "nixfleet-test-" + subnet;
            try {
                docker.createNetworkCmd()
                        .withName(name)
                        .withCheckDuplicate(true)
                        .withIpam(
                                new Ipam()
                                        .withConfig(
                                                new Ipam.Config()
                                                        .withSubnet(
                                                                "10.213.%d.0/24"
                                                                        .formatted(subnet))))
                        .exec();
                return new Network(name, subnet);
            } catch (DockerException _) {
                // Taken by another run.
            }
        }
        throw new IllegalStateException(
                "no subnet of 10.213.%d.0/24 to 10.213.%d.0/24 is free: `docker network prune` removes networks that are left over"
                        .formatted(FIRST_SUBNET, LAST_SUBNET));
    }

    /** The next place of it. */
    public synchronized Place place(String host) {
        return new Place(name, host, "10.213.%d.%d".formatted(subnet, FIRST_HOST + taken++));
    }

    @Override
    public void close() {
        DockerClientFactory.lazyClient().removeNetworkCmd(name).exec();
    }
}
