package io.nixfleet.agent.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlPlaneOptionsTest {
    private static TlsFiles tls;

    @BeforeAll
    static void readCertificates() throws IOException {
        tls = TlsFiles.open(TlsPaths.NONE);
    }

    private static ControlPlaneOptions options(String url, String id, boolean insecure) {
        return new ControlPlaneOptions(
                URI.create(url), id, tls, ControlPlaneOptions.DEFAULT_TIMEOUT, "test", insecure);
    }

    @ParameterizedTest
    @CsvSource({
        "https://cp, https://cp, 443",
        "https://cp/, https://cp, 443",
        "HTTPS://cp:8443/a//, https://cp:8443/a, 8443",
        "https://[::1]:1, https://[::1]:1, 1",
    })
    void trimsSlashesAndKnowsThePort(String url, String base, int port) {
        ControlPlaneOptions options = options(url, "web-1", false);

        assertThat(options.baseUrl()).hasToString(base);
        assertThat(options.endpoint().port()).isEqualTo(port);
    }

    @Test
    void refusesHttpUnlessToldOtherwise() {
        assertThatThrownBy(() -> options("http://cp:8080", "web-1", false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "--control-plane-url http://cp:8080 is not encrypted; use https://, or"
                                + " --allow-insecure if the network is to be trusted");
        assertThat(options("http://cp", "web-1", true).endpoint().port()).isEqualTo(80);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cp:8080", "ftp://cp", "cp", "https:///x", "https://cp?x", "https://cp#x"})
    void refusesWhatIsNoBaseUrl(String url) {
        assertThatThrownBy(() -> options(url, "web-1", true))
                .hasMessageStartingWith("--control-plane-url ");
    }

    @Test
    void refusesAPasswordWithoutRepeatingIt() {
        assertThatThrownBy(() -> options("https://me:secret@cp", "web-1", true))
                .hasMessage(
                        "--control-plane-url has a user name; the control plane knows who calls by"
                                + " a certificate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "..", "a\nb"})
    void refusesWhatIsNoMachineId(String id) {
        assertThatThrownBy(() -> options("https://cp", id, false))
                .hasMessageStartingWith("--machine-id");
    }

    @Test
    void refusesAMachineIdThatTheControlPlaneWouldRefuse() {
        assertThat(options("https://cp", "ä".repeat(64), false).machineId()).hasSize(64);
        assertThatThrownBy(() -> options("https://cp", "ä".repeat(64) + "x", false))
                .hasMessage("--machine-id has 129 bytes; a control plane takes at most 128");
    }

    @Test
    void refusesATimeLimitOfNothing() {
        assertThatThrownBy(
                        () ->
                                new ControlPlaneOptions(
                                        URI.create("https://cp"),
                                        "web-1",
                                        tls,
                                        Duration.ZERO,
                                        "test",
                                        false))
                .hasMessage("the control plane's time limit is not positive");
    }
}
