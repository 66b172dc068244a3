package io.nixfleet.it.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.Nginx;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.it.server.SshServer;
import io.nixfleet.it.server.TestClosure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Caches of the kinds that only Nix talks to: a host by SSH, a bucket of S3. */
class NixOnlyCachesTest {
    private static TestClosure closure;
    private static SigningKey key;
    private static SshServer ssh;

    @BeforeAll
    static void start() throws IOException {
        closure = TestClosure.build(5, 20);
        key = SigningKey.generate("copy-test-1");
        Commands.run(
                List.of(
                        "nix",
                        "--extra-experimental-features",
                        "nix-command",
                        "store",
                        "sign",
                        "--recursive",
                        "--key-file",
                        key.secretFile().toString(),
                        closure.root().toString()));
        ssh = SshServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        if (ssh != null) {
            ssh.close();
        }
        if (key != null) {
            key.close();
        }
    }

    private static AgentProgram agent() throws IOException {
        return AgentProgram.with(NixInstallation.nix28())
                .environment("NIX_SSHOPTS", ssh.options())
                .environment("NIX_CONFIG", "substituters =\n");
    }

    private static AgentProgram.Run fetch(
            AgentProgram agent, String from, ChrootStore store, String... more)
            throws IOException, InterruptedException {
        var command =
                new ArrayList<>(
                        List.of(
                                "fetch",
                                "--json",
                                "--from",
                                from,
                                "--store",
                                store.directory().toString()));
        command.addAll(List.of(more));
        command.add(closure.root().toString());
        return agent.run(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ssh", "ssh-ng"})
    void bringsAClosureFromAnotherHostBySsh(String scheme) throws Exception {
        try (var agent = agent();
                ChrootStore store = NixInstallation.nix28().newStore()) {
            AgentProgram.Run run =
                    fetch(
                            agent,
                            scheme + "://" + ssh.authority(),
                            store,
                            "--trusted-public-key",
                            key.publicKey(),
                            // It is a cache of the fleet, not one of the system's.
                            "--air-gapped");

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            assertThat(run.json().at("/paths/0/result").asText()).isEqualTo("realised");
            assertThat(store.isValid(closure.root())).isTrue();
            StoreContents.assertSound(store);
        }
    }

    @Test
    void takesNothingBySshThatNoTrustedKeySigned() throws Exception {
        try (var agent = agent();
                ChrootStore store = NixInstallation.nix28().newStore()) {
            AgentProgram.Run run = fetch(agent, "ssh://" + ssh.authority(), store);

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isNotZero();
            assertThat(run.json().at("/paths/0/reason").asText())
                    .contains("nix copy --from ssh://127.0.0.1")
                    .contains("lacks a");
            assertThat(store.isValid(closure.root())).isFalse();
        }
    }

    @Test
    void saysWhatSshSays() throws Exception {
        try (var agent = agent().environment("NIX_SSHOPTS", "-p 1");
                ChrootStore store = NixInstallation.nix28().newStore()) {
            AgentProgram.Run run = fetch(agent, "ssh://" + ssh.authority(), store);

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isNotZero();
            assertThat(run.json().at("/paths/0/reason").asText()).contains("127.0.0.1");
        }
    }

    @Test
    void refusesAPasswordThatWouldShowInTheListOfProcesses() throws Exception {
        try (var agent = agent();
                ChrootStore store = NixInstallation.nix28().newStore()) {
            AgentProgram.Run run = fetch(agent, "ssh://root:hunter2@127.0.0.1", store);

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.stderr() + run.stdout())
                    .contains("use a key instead")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void refusesAHostThatSshWouldTakeForAnOption() throws Exception {
        try (var agent = agent();
                ChrootStore store = NixInstallation.nix28().newStore()) {
            assertThat(fetch(agent, "ssh://-oProxyCommand=x", store).exitCode()).isEqualTo(2);
        }
    }

    /** Debian builds Nix with S3 only since 2.33. */
    private static NixInstallation nixWithS3() {
        return NixInstallation.nix234();
    }

    private static AgentProgram agentOfBuckets() throws IOException {
        return AgentProgram.with(nixWithS3())
                .environment("AWS_ACCESS_KEY_ID", "nobody")
                .environment("AWS_SECRET_ACCESS_KEY", "nothing")
                .environment("NIX_CONFIG", "substituters =\n");
    }

    @Test
    void bringsAClosureFromABucket() throws Exception {
        try (FileCache cache = FileCache.of("zstd", key, closure.root());
                Buckets buckets = Buckets.serve();
                var agent = agentOfBuckets();
                ChrootStore store = nixWithS3().newStore()) {
            String bucket = buckets.holding(cache);

            AgentProgram.Run run =
                    fetch(agent, bucket, store, "--trusted-public-key", key.publicKey());

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            assertThat(store.isValid(closure.root())).isTrue();
            StoreContents.assertSound(store);
        }
    }

    /** By itself, Nix believes for a month that a path is as it was when it last looked. */
    @Test
    void takesWhatWasSignedSinceNixLastLooked() throws Exception {
        Path root = nixWithS3().root();
        Path remembered = Files.createTempDirectory(root.resolve("tmp"), "nixfleet-remembered-");
        try (FileCache unsigned = FileCache.of("zstd", key, closure.root());
                FileCache signed = FileCache.of("zstd", key, closure.root());
                Buckets buckets = Buckets.serve();
                var agent =
                        agentOfBuckets()
                                .environment("XDG_CACHE_HOME", "/" + root.relativize(remembered));
                ChrootStore store = nixWithS3().newStore()) {
            Commands.run(
                    List.of(
                            "bash",
                            "-c",
                            "sed -i '/^Sig:/d' \"$1\"/*.narinfo",
                            "bash",
                            unsigned.directory().toString()));
            String bucket = buckets.holding(unsigned);
            AgentProgram.Run refused =
                    fetch(agent, bucket, store, "--trusted-public-key", key.publicKey());
            assertThat(refused.exitCode()).as(refused.stderr() + refused.stdout()).isEqualTo(3);
            assertThat(minutePasses(remembered)).isPositive();

            assertThat(buckets.holding(signed)).isEqualTo(bucket);
            AgentProgram.Run run =
                    fetch(agent, bucket, store, "--trusted-public-key", key.publicKey());

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            assertThat(store.isValid(closure.root())).isTrue();
        } finally {
            Commands.run(List.of("rm", "-rf", remembered.toString()));
        }
    }

    /** Makes what Nix remembers of caches a minute older; returns of how many paths it does. */
    private static int minutePasses(Path remembered) throws Exception {
        try (Stream<Path> files = Files.list(remembered.resolve("nix"))) {
            Path database =
                    files.filter(file -> file.toString().endsWith(".sqlite"))
                            .filter(
                                    file ->
                                            file.getFileName()
                                                    .toString()
                                                    .startsWith("binary-cache"))
                            .findFirst()
                            .orElseThrow();
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                    Statement statement = connection.createStatement()) {
                return statement.executeUpdate("UPDATE NARs SET timestamp = timestamp - 60");
            }
        }
    }

    /** A server whose folders are buckets. */
    private record Buckets(Path directory, Nginx server) implements AutoCloseable {
        static Buckets serve() throws IOException {
            Path directory = Files.createTempDirectory("nixfleet-s3-");
            return new Buckets(directory, Nginx.serve(directory));
        }

        /**
         * Gives the bucket these contents and returns its URL. Nix remembers caches by the bucket's
         * name: each server has one of its own.
         */
        String holding(FileCache cache) throws IOException {
            Path bucket = directory.resolve(directory.getFileName());
            Files.deleteIfExists(bucket);
            Files.createSymbolicLink(bucket, cache.directory());
            return "s3://%s?endpoint=%s&scheme=http&region=eu-central-1"
                    .formatted(bucket.getFileName(), server.uri().getAuthority());
        }

        @Override
        public void close() throws IOException {
            server.close();
            Commands.run(List.of("rm", "-rf", directory.toString()));
        }
    }
}
