package io.nixfleet.substituter.cache.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRuleTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 10.0.0.1, false",
        "127.0.0.1, 127.0.0.1, true",
        "127.8.8.8, localhost, true",
        "0.0.0.0, 10.0.0.1, false",
        "::1, 10.0.0.1, false",
        "::1, ::1, true",
        "::, no-such-host.invalid, false",
        "169.254.169.254, 10.0.0.1, false",
        "169.254.169.254, 127.0.0.1, false",
        "169.254.169.254, 169.254.169.254, false",
        "::ffff:169.254.169.254, 10.0.0.1, false",
        "fe80::1, fe80::1, false",
        "fd00:ec2::254, 10.0.0.1, false",
        "fd20:ce::254, 10.0.0.1, false",
        "100.100.100.200, 10.0.0.1, false",
        "224.0.0.1, 10.0.0.1, false",
        "ff02::1, 10.0.0.1, false",
        "10.0.0.2, 10.0.0.1, true",
        "192.168.1.1, 10.0.0.1, true",
        "fd00::1, 10.0.0.1, true",
        "93.184.216.34, 10.0.0.1, true",
    })
    void allowsWhatAnyHostCouldAskAndLoopbackFromLoopback(
            String address, String origin, boolean allowed) throws Exception {
        assertThat(AddressRule.reachableFrom(origin).allows(InetAddress.getByName(address)))
                .isEqualTo(allowed);
        assertThat(AddressRule.ANY.allows(InetAddress.getByName(address))).isTrue();
    }
}
