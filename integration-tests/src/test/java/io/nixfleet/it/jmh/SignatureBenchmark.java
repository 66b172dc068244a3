package io.nixfleet.it.jmh;

import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoVerifier;
import io.nixfleet.nix.narinfo.Verdict;
import io.nixfleet.nix.signature.Fingerprint;
import io.nixfleet.nix.signature.PublicKey;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.testing.TestPaths;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it takes to believe a narinfo, and its two parts: the fingerprint, and Ed25519. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // Set by the method that JMH calls first.
public class SignatureBenchmark {
    private static final PublicKey KEY = NarInfoOfSize.KEY.publicKey();

    @Param({"5", "100"})
    public int references;

    private final NarInfoVerifier verifier =
            new NarInfoVerifier(
                    TrustedKeys.of(List.of(TestPaths.key("fleet.example.org-1").publicKey(), KEY)));
    private NarInfo narInfo;
    private Fingerprint fingerprint;
    private Signature signature;

    @Setup
    public void sign() {
        narInfo = NarInfoOfSize.withReferences(references);
        fingerprint = narInfo.info().fingerprint();
        signature = narInfo.info().signatures().getFirst();
        if (!(verify() instanceof Verdict.Trusted)) {
            throw new IllegalStateException("what is measured is a signature that verifies");
        }
    }

    @Benchmark
    public Fingerprint fingerprint() {
        return narInfo.info().fingerprint();
    }

    @Benchmark
    public boolean ed25519() {
        return KEY.verifies(fingerprint, signature);
    }

    @Benchmark
    public Verdict verify() {
        return verifier.verify(narInfo);
    }
}
