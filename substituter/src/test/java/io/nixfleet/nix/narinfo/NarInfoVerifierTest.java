package io.nixfleet.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.signature.PublicKey;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NarInfoVerifierTest {
    private static final String SIGNED = "0123456789abcdfghijklmnpqrsvwxyz";
    private static final NarInfoVerifier TRUSTING_VECTORS =
            new NarInfoVerifier(
                    TrustedKeys.of(
                            List.of(PublicKey.parse(Vectors.text("keys/vectors-1.public")))));
    private static final NarInfoVerifier TRUSTING_NOBODY =
            new NarInfoVerifier(TrustedKeys.of(List.of()));

    @Test
    void believesTheSignatureThatNixMade() {
        Verdict verdict = TRUSTING_VECTORS.verify(vector(SIGNED));

        assertThat(trustOf(verdict)).isEqualTo(new Trust.SignedBy("vectors-1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "17v1q8421r08as489kb86gjgwlq14rv6",
                "4ylhfs49nkgpk9si5hq6viq9c7q0mrsx",
                "a6jrm4vaialam8bhp96j6q64zyralf5l",
                "dzdfval1hmw2b5wwpflcj4xl6ihwlgds",
                "mh3rz2qzm0lrcxk22g2b1kifak7q2nj9",
                "spa8h6z33ar2klmiz2bnm8hm22n7y027",
            })
    void believesAContentAddressWithoutAnySignature(String hashPart) {
        NarInfo narInfo = vector(hashPart);
        var unsigned = with(narInfo, narInfo.info().withSignatures(List.of()));

        assertThat(trustOf(TRUSTING_NOBODY.verify(unsigned)))
                .isEqualTo(new Trust.ContentAddressed());
    }

    @Test
    void refusesAContentAddressOfAnotherPath() {
        String other = "CA: fixed:r:sha256:0yvg51ql9gks4rrhf99qls7ybrbl8bci8khpi9rv1iq3g7vsdlli";
        String text =
                text("17v1q8421r08as489kb86gjgwlq14rv6")
                        .replaceFirst("CA: .*", other)
                        .replaceFirst("Sig: .*\n", "");

        assertThat(TRUSTING_VECTORS.verify(parse(text)))
                .isEqualTo(
                        new Verdict.Untrusted(
                                "its content address is not the one of its path, and no signature"
                                        + " is on it; trusted are: 'vectors-1'",
                                List.of()));
    }

    @Test
    void refusesAContentAddressThatItsNarHashContradicts() {
        String text =
                text("17v1q8421r08as489kb86gjgwlq14rv6")
                        .replaceFirst(
                                "NarHash: .*",
                                "NarHash:"
                                    + " sha256:0yvg51ql9gks4rrhf99qls7ybrbl8bci8khpi9rv1iq3g7vsdlli");

        assertThat(TRUSTING_VECTORS.verify(parse(text))).isInstanceOf(Verdict.Untrusted.class);
    }

    @Test
    void asksForASignatureWhereTheContentAddressFails() {
        String text =
                text(SIGNED)
                        + "CA: fixed:r:sha256:10m9gqd7i3d21n7vb6p3y58gihgway83b3fa3p2yg8v6my9h826p\n";

        assertThat(trustOf(TRUSTING_VECTORS.verify(parse(text))))
                .isEqualTo(new Trust.SignedBy("vectors-1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "StorePath: /nix/store/0123456789abcdfghijklmnpqrsvwxyz-selfish",
                "NarHash: sha256:0yvg51ql9gks4rrhf99qls7ybrbl8bci8khpi9rv1iq3g7vsdlli",
                "NarSize: 817",
                "References: 0123456789abcdfghijklmnpqrsvwxyz-selfref",
                "References: 0123456789abcdfghijklmnpqrsvwxyz-selfref"
                        + " 17v1q8421r08as489kb86gjgwlq14rv6-f32",
            })
    void refusesWhatWasAlteredAfterSigning(String line) {
        String field = line.substring(0, line.indexOf(':'));

        Verdict verdict =
                TRUSTING_VECTORS.verify(parse(text(SIGNED).replaceFirst(field + ": .*", line)));

        assertThat(verdict)
                .isEqualTo(
                        new Verdict.Untrusted(
                                "its signature by 'vectors-1' does not match: it was altered, or"
                                        + " signed by another key of that name; trusted are:"
                                        + " 'vectors-1'",
                                List.of("vectors-1")));
    }

    @Test
    void refusesWhatOnlyUnknownKeysSigned() {
        Verdict verdict = TRUSTING_NOBODY.verify(vector(SIGNED));

        assertThat(verdict)
                .isEqualTo(
                        new Verdict.Untrusted(
                                "no trusted key signed it, only 'vectors-1'; trusted are: no keys"
                                        + " at all",
                                List.of("vectors-1")));
    }

    @Test
    void believesOneGoodSignatureBesideBadAndForeignOnes() {
        SecretKey trusted = TestPaths.key("fleet-1");
        SecretKey foreign = TestPaths.key("foreign-1");
        var verifier = new NarInfoVerifier(TrustedKeys.of(List.of(trusted.publicKey())));
        Seeds.forEach(
                20,
                random -> {
                    PathInfo info =
                            TestPaths.sign(
                                    TestPaths.sign(TestPaths.info(random), foreign), trusted);
                    String text =
                            NarInfoWriter.write(TestPaths.narInfo(info, Compression.NONE))
                                    .replaceFirst("Sig:", "Sig: fleet-1:AAAA\nSig:");

                    assertThat(trustOf(verifier.verify(parse(text))))
                            .isEqualTo(new Trust.SignedBy("fleet-1"));
                });
    }

    private static NarInfo with(NarInfo narInfo, PathInfo info) {
        return new NarInfo(
                info, narInfo.url(), narInfo.compression(), narInfo.fileHash(), narInfo.fileSize());
    }

    private static Trust trustOf(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Trusted(var narInfo) -> narInfo.trust();
            case Verdict.Untrusted(var reason, _) -> throw new AssertionError(reason);
        };
    }

    private static String text(String hashPart) {
        return Vectors.text("narinfo/" + hashPart + ".narinfo");
    }

    private static NarInfo vector(String hashPart) {
        return parse(text(hashPart));
    }

    private static NarInfo parse(String text) {
        return NarInfoParser.parse(
                StoreDir.NIX_STORE, text.getBytes(StandardCharsets.UTF_8), "vector");
    }
}
