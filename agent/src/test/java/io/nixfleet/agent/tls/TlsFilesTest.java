package io.nixfleet.agent.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.controlplane.CertificateRequest;
import io.nixfleet.testing.controlplane.TestAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsFilesTest {
    private static final TestAuthority AUTHORITY = TestAuthority.create("authority");

    @TempDir private Path directory;
    private final Log log = new Log();

    /** What an operator reads. */
    private static final class Log extends Handler {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void publish(LogRecord line) {
            lines.add(line.getLevel() + " " + new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void listen() {
        Logger.getLogger(TlsFiles.class.getName()).addHandler(log);
        // Whatever the level that another test has set for all of ours.
        Logger.getLogger(TlsFiles.class.getName()).setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        Logger.getLogger(TlsFiles.class.getName()).removeHandler(log);
        Logger.getLogger(TlsFiles.class.getName()).setLevel(null);
    }

    private TlsPaths paths(Path where) throws IOException {
        return new TlsPaths(
                Optional.of(AUTHORITY.write(directory.resolve("ca.pem"))),
                Optional.of(where.resolve("web-1.pem")),
                Optional.of(where.resolve("web-1-key.pem")));
    }

    private void issue(Path where, int key) throws IOException {
        AUTHORITY
                .issue(CertificateRequest.client("web-1").withKey(key))
                .write(Files.createDirectories(where), "web-1");
    }

    @Test
    void readsNothingAgainWhileNothingChanges() throws IOException {
        issue(directory, 0);
        TlsFiles files = TlsFiles.open(paths(directory));
        TlsMaterial first = files.current();

        assertThat(files.current()).isSameAs(first);
        assertThat(first.identity()).isPresent();
        assertThat(first.authorities().trustManager().getAcceptedIssuers())
                .contains(AUTHORITY.certificate());
        assertThat(log.lines).isEmpty();
    }

    @Test
    void seesThatALinkToSecretsLeadsElsewhere() throws IOException {
        issue(directory.resolve("secrets.d/1"), 0);
        issue(directory.resolve("secrets.d/2"), 1);
        Path link = directory.resolve("secrets");
        Files.createSymbolicLink(link, Path.of("secrets.d/1"));
        TlsFiles files = TlsFiles.open(paths(link));
        var before = files.current().identity().orElseThrow().chain();

        Path next = Files.createSymbolicLink(directory.resolve("next"), Path.of("secrets.d/2"));
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);

        assertThat(files.current().identity().orElseThrow().chain()).isNotEqualTo(before);
        assertThat(log.lines)
                .containsExactly("INFO certificates read again, since their files changed");
    }

    @Test
    void keepsTheOldWhileTheNewIsAwayAndSaysSoOnce() throws IOException {
        issue(directory, 0);
        TlsPaths paths = paths(directory);
        TlsFiles files = TlsFiles.open(paths);
        TlsMaterial first = files.current();
        Path key = paths.keyFile().orElseThrow();

        Files.delete(key);
        assertThat(files.current()).isSameAs(first);
        assertThat(files.current()).isSameAs(first);
        assertThat(log.lines)
                .containsExactly(
                        "WARNING new certificates cannot be used, the old stay in force: "
                                + key
                                + " does not exist");

        issue(directory, 1);
        assertThat(files.current()).isNotSameAs(first);
    }

    @Test
    void warnsOfAKeyThatIsOpenToOthers() throws IOException {
        issue(directory, 0);
        TlsPaths paths = paths(directory);
        Path key = paths.keyFile().orElseThrow();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        TlsFiles.open(paths);

        assertThat(log.lines)
                .containsExactly(
                        "WARNING the private key "
                                + key
                                + " is open to every user of this host (mode 0644): chmod 0400 it");
    }

    @Test
    void refusesToStartWithFilesThatCannotBeUsed() throws IOException {
        Path ca = Files.writeString(directory.resolve("ca.pem"), "junk");
        var paths = new TlsPaths(Optional.of(ca), Optional.empty(), Optional.empty());

        assertThatThrownBy(() -> TlsFiles.open(paths))
                .isInstanceOf(TlsFileException.class)
                .hasMessage(ca + " is not PEM: it has no line -----BEGIN …-----");
    }

    @Test
    void refusesHalfAPair() {
        Optional<Path> some = Optional.of(Path.of("/some.pem"));

        assertThatThrownBy(() -> new TlsPaths(Optional.empty(), some, Optional.empty()))
                .hasMessage("--client-cert /some.pem is given without its key; add --client-key");
        assertThatThrownBy(() -> new TlsPaths(Optional.empty(), Optional.empty(), some))
                .hasMessage(
                        "--client-key /some.pem is given without its certificate; add"
                                + " --client-cert");
    }
}
