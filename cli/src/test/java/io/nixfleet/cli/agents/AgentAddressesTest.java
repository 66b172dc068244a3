package io.nixfleet.cli.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentAddressesTest {
    private static AgentAddresses of(String... words) {
        var builder = new AgentAddresses.Builder();
        for (String word : words) {
            builder.add("--agents", word);
        }
        return builder.build();
    }

    @Test
    void aUrlIsOfTheHostThatItNames() {
        AgentAddresses addresses =
                of(
                        "https://web-1:9443",
                        "https://db.example.com:9443/agent?a=b",
                        "mail=https://[2001:db8::1]:9443");

        assertThat(addresses.of("web-1")).contains(URI.create("https://web-1:9443"));
        assertThat(addresses.of("db.example.com"))
                .contains(URI.create("https://db.example.com:9443/agent?a=b"));
        assertThat(addresses.of("db"))
                .contains(URI.create("https://db.example.com:9443/agent?a=b"));
        assertThat(addresses.of("mail")).contains(URI.create("https://[2001:db8::1]:9443"));
        assertThat(addresses.of("web-2")).isEmpty();
    }

    @Test
    void aLabelThatTwoUrlsHaveNamesNeither() {
        AgentAddresses addresses = of("https://web.a.example", "https://web.b.example");

        assertThat(addresses.of("web")).isEmpty();
        assertThat(addresses.of("web.b.example")).contains(URI.create("https://web.b.example"));
    }

    @Test
    void aHostHasOneAgent() {
        assertThatThrownBy(() -> of("web=https://a", "web=https://b"))
                .isInstanceOf(FormatException.class)
                .hasMessage("--agents: web has two agents");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://", "web=https://", "https://web 1:9443", "web=https:///x"})
    void aUrlHasAHost(String word) {
        assertThatThrownBy(() -> of(word))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("--agents: the URL of an agent is like https://web-1:9443");
    }
}
