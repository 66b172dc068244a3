package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.nix.NixConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginsCheckTest {
    @TempDir private Path directory;

    private Path file(String name, String text, String mode) throws Exception {
        Path file = Files.writeString(directory.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private Finding look(Optional<Path> token, Optional<Path> netrc, Map<String, Path> secrets) {
        var sources =
                new Subject.Sources(
                        List.of(),
                        List.of(),
                        new CacheSettings(List.of(), List.of(), token, false, false, 32),
                        netrc,
                        new Given.Wrong<>("none"),
                        Optional.empty());
        var subject =
                new Subject(
                        new Subject.Origin("test", List.of(), List.of(), Map.of()),
                        new Subject.Link(new Given.Wrong<>("none"), new Given.Wrong<>("none")),
                        sources,
                        new Subject.Places(directory, 0, directory, directory, secrets));
        return LoginsCheck.judge(Logins.read(subject, NixConfig.NONE));
    }

    @Test
    void areNone() {
        assertThat(look(Optional.empty(), Optional.empty(), Map.of()))
                .isEqualTo(Finding.ok("none"));
    }

    @Test
    void areNobodyElses() throws Exception {
        Path token = file("token", "s3cret", "rw-------");
        Path key = file("key", "s3cret", "r--------");

        Finding finding = look(Optional.of(token), Optional.empty(), Map.of("client key", key));

        assertThat(finding)
                .isEqualTo(Finding.ok("token file %s, client key %s".formatted(token, key)));
    }

    @Test
    void areForOthersToRead() throws Exception {
        Path token = file("token", "s3cret", "rw-r--r--");
        Path key = file("key", "s3cret", "rw-rw----");

        Finding finding = look(Optional.of(token), Optional.empty(), Map.of("client key", key));

        Findings.assertFound(
                finding,
                Result.WARNING,
                "token file %s can be read by every user".formatted(token),
                "chmod 0400 FILE");
        assertThat(finding.problem())
                .contains("client key %s can be changed by others".formatted(key))
                .doesNotContain("s3cret");
    }

    @Test
    void areOfNoUse() throws Exception {
        Path netrc = file("netrc", "machine x login y password \"s3cret", "rw-------");

        Finding finding =
                look(
                        Optional.of(directory.resolve("nothing")),
                        Optional.of(netrc),
                        Map.of("netrc file", netrc));

        Findings.assertFound(finding, Result.FAILED, netrc.toString(), "mode 0400");
        assertThat(finding.problem())
                .contains("nothing cannot be read: there is no such file")
                .doesNotContain("s3cret");
    }
}
