package io.nixfleet.substituter.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreSelectionTest {
    private final StoreSelection plain = new StoreSelection(List.of("nix-daemon"), Map.of());

    @ParameterizedTest
    @CsvSource({
        "daemon, the Nix daemon at /nix/var/nix/daemon-socket/socket",
        "unix://, the Nix daemon at /nix/var/nix/daemon-socket/socket",
        "unix:///run/other, the Nix daemon at /run/other",
        "/mnt, 'nix-daemon --stdio --store /mnt'",
        "local?root=/mnt, 'nix-daemon --stdio --store local?root=/mnt'",
        "local, 'nix-daemon --stdio --store local'"
    })
    void findsDaemon(String text, String daemon) {
        assertThat(plain.parse(text).describe().replace("'", "")).isEqualTo(daemon);
    }

    @Test
    void autoPrefersSocketThatExists(@TempDir Path directory) throws IOException {
        Path socket = directory.resolve("socket");
        var selection =
                new StoreSelection(
                        List.of("nix-daemon"), Map.of("NIX_DAEMON_SOCKET_PATH", socket.toString()));
        assertThat(selection.parse("auto").describe()).isEqualTo("'nix-daemon --stdio'");
        Files.createFile(socket);
        assertThat(selection.parse("auto")).isEqualTo(new DaemonTarget.Socket(socket));
        assertThat(selection.parse("daemon")).isEqualTo(new DaemonTarget.Socket(socket));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mnt", "ssh://host", "unix:///s?root=/x", "https://c.example"})
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> plain.parse(text))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(
                        "use auto, daemon, unix:///socket, /directory or local?root=");
    }
}
