package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.fetch.StoreContents;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.HugeNar;
import io.nixfleet.testing.fault.Fault;
import io.nixfleet.testing.fault.FaultProxy;
import io.nixfleet.testing.fault.FaultScript;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A large NAR over a link that breaks after each tenth of it; of 1 GiB by {@code
 * integration-tests/run.sh -Dit.test=ResumedTransferTest -Dnixfleet.resume.mebibytes=1000}.
 */
class ResumedTransferTest {
    private static final int MEBIBYTES = Integer.getInteger("nixfleet.resume.mebibytes", 100);
    private static final long PEAK_LIMIT_KIB = 160 * 1024;

    @ParameterizedTest(name = "reset {0}")
    @ValueSource(booleans = {false, true})
    void bringsALargeNarOverABreakingLinkOnce(boolean reset) throws Exception {
        SecretKey key = TestPaths.key("resume-1");
        var nar = new HugeNar(MEBIBYTES);
        long tenth = nar.size() / 10;
        try (HostileServer server = HostileServer.start();
                FaultProxy proxy = FaultProxy.before(server.uri());
                AgentProgram agent = AgentProgram.with(NixInstallation.nix28());
                ChrootStore store = NixInstallation.nix28().newStore()) {
            server.on("/nix-cache-info", Answers.ok("StoreDir: /nix/store\n"));
            server.on("/" + nar.path().hashPart() + ".narinfo", Answers.ok(nar.narInfo(key)));
            server.on("/nar/huge.nar", nar.ranged());
            proxy.follow(
                    FaultScript.always(
                            "nar/huge", reset ? new Fault.Reset(tenth) : new Fault.Cut(tenth)));

            AgentProgram.Run run =
                    agent.run(
                            "fetch",
                            "--from",
                            proxy.uri().toString(),
                            "--store",
                            store.directory().toString(),
                            "--trusted-public-key",
                            key.publicKey().toString(),
                            nar.path().toString());

            assertThat(run.exitCode()).as(run.stderr()).isZero();
            StoreContents.assertSound(store);
            assertThat(store.isValid(nar.path())).isTrue();
            // A reset loses what the kernel holds, at most some MiB each time.
            long lost = reset ? 15 * (8L << 20) : 0;
            assertThat(proxy.bytesPassed())
                    .as("bytes sent for %d", nar.size())
                    .isLessThan(nar.size() * 11 / 10 + lost);
            assertThat(proxy.passed()).hasSizeGreaterThanOrEqualTo(10 + 2);
            assertThat(run.peakKiB()).isLessThan(PEAK_LIMIT_KIB);
        }
    }
}
