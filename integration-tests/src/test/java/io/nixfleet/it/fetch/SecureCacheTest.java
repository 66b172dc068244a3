package io.nixfleet.it.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.Nginx;
import io.nixfleet.it.server.ServerCertificate;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.it.server.TestClosure;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The package, with the TLS that it brings, at an https cache of a private authority. */
class SecureCacheTest {
    private static TestClosure closure;
    private static SigningKey key;
    private static FileCache cache;
    private static ServerCertificate certificate;
    private static Nginx server;

    @BeforeAll
    static void serve() throws IOException {
        closure = TestClosure.build(20, 20);
        key = SigningKey.generate("secure-test-1");
        cache = FileCache.of("zstd", key, closure.root());
        certificate = ServerCertificate.generate();
        server = Nginx.serveSecurely(cache.directory(), certificate);
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        certificate.close();
        cache.close();
        key.close();
    }

    @Test
    void fetchesOverHttp2FromACacheOfATrustedAuthority() throws Exception {
        NixInstallation nix = NixInstallation.nix28();
        try (var agent = AgentProgram.with(nix);
                ChrootStore store = nix.newStore()) {
            agent.environment("NIX_SSL_CERT_FILE", certificate.certificate().toString());

            AgentProgram.Run fetch = fetch(agent, store);

            assertThat(fetch.exitCode()).as(fetch.stderr()).isZero();
            assertThat(fetch.json().at("/status").asText()).isEqualTo("complete");
            assertThat(server.requests())
                    .filteredOn(request -> request.contains(".nar"))
                    .isNotEmpty()
                    .allMatch(request -> request.endsWith(" HTTP/2.0"));
            StoreContents.assertSound(store);
        }
    }

    @Test
    void refusesACacheThatNoTrustedAuthorityVouchesFor() throws Exception {
        NixInstallation nix = NixInstallation.nix28();
        try (var agent = AgentProgram.with(nix);
                ChrootStore store = nix.newStore()) {
            agent.environment("NIX_SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt");

            AgentProgram.Run fetch = fetch(agent, store);

            assertThat(fetch.exitCode()).as(fetch.stderr()).isEqualTo(5);
            assertThat(fetch.stdout()).contains("TLS failed", "certification path");
        }
    }

    private static AgentProgram.Run fetch(AgentProgram agent, ChrootStore store)
            throws IOException, InterruptedException {
        return agent.run(
                "fetch",
                "--no-fallback",
                "--json",
                "--from",
                server.uri().toString(),
                "--store",
                store.directory().toString(),
                "--trusted-public-key",
                key.publicKey(),
                closure.root().toString());
    }
}
