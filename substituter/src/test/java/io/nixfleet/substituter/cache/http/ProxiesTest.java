package io.nixfleet.substituter.cache.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Secret;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {
    private static String proxyOf(String target, Map<String, String> environment) {
        return Proxies.of(environment)
                .forTarget(URI.create(target))
                .map(Proxies.Proxy::name)
                .orElse("none");
    }

    private static Map<String, String> variables(String text) {
        var variables = new HashMap<String, String>();
        for (String pair : text.split(" ", -1)) {
            int equals = pair.indexOf('=');
            variables.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return variables;
    }

    @ParameterizedTest
    @CsvSource({
        "http://c.example, http_proxy=http://p:3128, http://p:3128",
        "http://c.example, HTTP_PROXY=http://p:3128, none",
        "http://c.example, https_proxy=http://p:3128, none",
        "https://c.example, http_proxy=http://p:3128, none",
        "https://c.example, https_proxy=p:3128, http://p:3128",
        "https://c.example, HTTPS_PROXY=http://p, http://p:1080",
        "https://c.example, https_proxy=http://a:1 HTTPS_PROXY=http://b:1, http://a:1",
        "https://c.example, https_proxy= HTTPS_PROXY=http://b:1, http://b:1",
        "http://c.example, all_proxy=http://p:1/, http://p:1",
        "https://c.example, ALL_PROXY=http://p:1, http://p:1",
        "https://c.example, all_proxy=http://p:1 https_proxy=http://q:1, http://q:1",
        "https://c.example, all_proxy=http://p:1 NO_PROXY=c.example, none",
        "https://c.example, all_proxy=http://p:1 no_proxy=d.example NO_PROXY=*, http://p:1",
    })
    void takesTheVariablesThatCurlTakes(String target, String environment, String proxy) {
        assertThat(proxyOf(target, variables(environment))).isEqualTo(proxy);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "c.example | c.example | true",
                "C.Example. | c.example | true",
                "a.c.example | c.example | true",
                "a.c.example | .c.example | true",
                "c.example | .c.example | true",
                "notc.example | c.example | false",
                "c.example | d.example, c.example | true",
                "c.example | d.example c.example | true",
                "c.example | * | true",
                "c.example | d.example,* | false",
                "10.1.2.3 | 10.0.0.0/8 | true",
                "11.1.2.3 | 10.0.0.0/8 | false",
                "10.1.2.3 | 10.1.2.3 | true",
                "10.1.2.3 | 2.3 | false",
                "[fd00::1] | fd00::/8 | true",
                "[fd00::1] | [fd00::1] | true",
                "[fe00::1] | fd00::/8 | false",
                "10.1.2.3 | 10.0.0.0/99 | false",
                "c.example | '' | false",
            })
    void goesDirectlyWhereNoProxySaysSo(String host, String list, boolean direct) {
        assertThat(NoProxy.parse(list).covers(host)).isEqualTo(direct);
    }

    @Test
    void decodesTheLoginAndShowsItNowhere() {
        var proxies = Proxies.of(Map.of("all_proxy", "http://me:s3%40cret@p:1"));
        Proxies.Proxy proxy = proxies.forTarget(URI.create("https://c.example")).orElseThrow();

        assertThat(proxy.authorization().map(Secret::reveal)).hasValue("Basic bWU6czNAY3JldA==");
        assertThat(proxy.toString() + proxies + proxy.name()).doesNotContain("cret", "bWU6");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "socks5://u:s3cret@p:1 | the environment variable all_proxy names a proxy of the"
                        + " kind 'socks5', and only http:// is supported",
                "http://u:s3cret@p q | the environment variable all_proxy is no URL",
                "http://u:s3cret@:1 | the environment variable all_proxy names no host",
            })
    void saysWhichVariableIsOfNoUse(String value, String message) {
        var proxies = Proxies.of(Map.of("all_proxy", value, "no_proxy", "direct.example"));

        assertThatThrownBy(() -> proxies.forTarget(URI.create("https://c.example")))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(message.strip())
                .satisfies(e -> assertThat(e.toString() + e.getCause()).doesNotContain("s3cret"));
        assertThat(proxies.forTarget(URI.create("https://direct.example"))).isEmpty();
    }
}
