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
import java.util.ArrayList;
import java.util.List;
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
    @Test
    void bringsAClosureFromABucket() throws Exception {
        NixInstallation nix = NixInstallation.nix234();
        try (FileCache cache = FileCache.of("zstd", key, closure.root());
                var agent = AgentProgram.with(nix);
                ChrootStore store = nix.newStore()) {
            Path buckets = Files.createTempDirectory("nixfleet-s3-");
            Files.createSymbolicLink(buckets.resolve("fleet"), cache.directory());
            try (Nginx server = Nginx.serve(buckets)) {
                agent.environment("AWS_ACCESS_KEY_ID", "nobody")
                        .environment("AWS_SECRET_ACCESS_KEY", "nothing")
                        .environment("NIX_CONFIG", "substituters =\n");
                String bucket =
                        "s3://fleet?endpoint=%s&scheme=http&region=eu-central-1"
                                .formatted(server.uri().getAuthority());

                AgentProgram.Run run =
                        fetch(agent, bucket, store, "--trusted-public-key", key.publicKey());

                assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
                assertThat(store.isValid(closure.root())).isTrue();
                StoreContents.assertSound(store);
            } finally {
                Commands.run(List.of("rm", "-rf", buckets.toString()));
            }
        }
    }
}
