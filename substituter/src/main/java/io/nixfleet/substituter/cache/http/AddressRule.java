package io.nixfleet.substituter.cache.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/** Which addresses a request may go to. It is asked once names have been looked up. */
@FunctionalInterface
public interface AddressRule {
    /** Every address. */
    AddressRule ANY = _ -> true;

    /** Where clouds tell their machines secrets, other than link-local addresses. */
    Set<String> METADATA =
            Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254", "fd20:ce:0:0:0:0:0:254");

    boolean allows(InetAddress address);

    /**
     * What any other host could ask as well: no address of this link or of a cloud's metadata
     * service, and none of this host alone, unless {@code origin}, the host that led there, is this
     * host, too.
     */
    static AddressRule reachableFrom(String origin) {
        return address -> {
            if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
                return isLoopback(origin);
            }
            return !address.isLinkLocalAddress()
                    && !address.isMulticastAddress()
                    && !METADATA.contains(address.getHostAddress());
        };
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
