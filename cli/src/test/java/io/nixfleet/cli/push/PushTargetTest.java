package io.nixfleet.cli.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushTargetTest {
    private static PushTarget of(String url) {
        return PushTarget.of(URI.create(url));
    }

    @ParameterizedTest
    @CsvSource({
        "ssh://root@cache, root@cache, -1",
        "ssh-ng://cache, cache, -1",
        "ssh://root@cache:2222?remote-store=/x, root@cache, 2222",
        "ssh://[::1]:22, [::1], 22",
        "ssh://u@[::1], u@[::1], -1"
    })
    void runsHooksOnTheHostOfSsh(String url, String destination, int port) {
        assertThat(of(url).sshHost()).contains(new PushTarget.SshHost(destination, port));
        assertThat(of(url).cacheUrl()).isEmpty();
    }

    @Test
    void tellsHostsWhereAFolderOrAServerIsButNotItsOwnKey() {
        PushTarget target = of("file:///srv/cache?secret-key=/root/key&compression=zstd");

        assertThat(target.nixName()).contains("secret-key=/root/key");
        assertThat(target).hasToString("file:///srv/cache");
        assertThat(target.cacheUrl()).contains(URI.create("file:///srv/cache"));
        assertThat(target.sshHost()).isEmpty();
        assertThat(of("s3://bucket?region=x").cacheUrl()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/srv/cache", "ssh://-oProxyCommand=x", "ssh://u@-x", "ssh:///x"})
    void refusesWhatIsNoPlaceToPushTo(String url) {
        assertThatThrownBy(() -> of(url)).isInstanceOf(FormatException.class);
    }

    @Test
    void refusesAPasswordWithoutShowingIt() {
        assertThatThrownBy(() -> of("ssh://root:hunter2@cache"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("has a password")
                .hasMessageNotContaining("hunter2");
    }
}
