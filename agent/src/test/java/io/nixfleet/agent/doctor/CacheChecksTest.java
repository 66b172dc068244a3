package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.doctor.CacheLooks.Standing;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.signature.PublicKey;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.substituter.cache.CacheException;
import io.nixfleet.substituter.cache.CacheException.Kind;
import io.nixfleet.substituter.cache.NarInfoLookup;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What caches answer, and who signed it. */
class CacheChecksTest {
    private static final String CACHE = "https://cache.example";

    private static Keyring trusting(String... names) {
        List<PublicKey> keys = List.of(names).stream().map(Signed::publicKey).toList();
        return new Keyring(TrustedKeys.of(keys), List.of(), NixConfig.NONE, Optional.empty());
    }

    private static Finding judge(NarInfoLookup lookup, Keyring keyring, boolean vouchedFor) {
        return SignatureCheck.judge(Signed.PATH, lookup, keyring, vouchedFor);
    }

    @ParameterizedTest
    @CsvSource({
        "DENIED, '401 says that it is missing or wrong, 403 that it is known'",
        "ABSENT, https://cache.example/nix-cache-info must be there",
        "NOT_A_CACHE, give the URL of a Nix cache",
        "CORRUPT, mend nix-cache-info",
        "UNREACHABLE, curl -v https://cache.example/nix-cache-info",
    })
    void saysHowToMendEachFailure(Kind kind, String remedy) {
        Findings.assertFound(
                CacheCheck.judge(CACHE, new Standing.Fails(new CacheException(kind, "why"))),
                Result.FAILED,
                "why",
                remedy);
    }

    @Test
    void leavesToNixWhatIsNixs() {
        assertThat(CacheCheck.judge("nix copy", new Standing.ForNix()).result())
                .isEqualTo(Result.NOT_CHECKED);
        Findings.assertFound(
                CacheCheck.judge("x", new Standing.Unusable("not supported")),
                Result.FAILED,
                "not supported",
                "--cache-url");
    }

    @Test
    void isSignedByATrustedKey() {
        Findings.assertOk(
                judge(new NarInfoLookup.Found(Signed.by("ours")), trusting("ours"), false),
                Signed.PATH.baseName() + " is signed by ours");
    }

    @Test
    void isSignedByAnother() {
        Findings.assertFound(
                judge(new NarInfoLookup.Found(Signed.by("theirs")), trusting("ours"), false),
                Result.FAILED,
                "no trusted key signed it, only 'theirs'; trusted are: 'ours'",
                "trusted-public-keys");
    }

    @Test
    void needNotBeSignedWhereTheOperatorVouchesForIt() {
        Findings.assertOk(
                judge(new NarInfoLookup.Found(Signed.by("theirs")), trusting("ours"), true),
                "the cache is trusted as such");
    }

    @Test
    void cannotBeToldOfAPathThatTheCacheLacks() {
        Findings.assertFound(
                judge(new NarInfoLookup.Absent(), trusting("ours"), false),
                Result.NOT_CHECKED,
                "it has not " + Signed.PATH.baseName(),
                "--path");
    }

    @Test
    void cannotBeToldWithoutTheKeysOfNixConf() {
        var unread =
                new Keyring(
                        TrustedKeys.of(List.of()),
                        List.of(),
                        NixConfig.NONE,
                        Optional.of("no Nix"));
        Findings.assertFound(
                judge(new NarInfoLookup.Found(Signed.by("theirs")), unread, false),
                Result.NOT_CHECKED,
                "the keys of nix.conf cannot be read",
                "see 'trusted keys'");
    }

    @Test
    void tellsOfANarInfoThatCannotBeRead() {
        Findings.assertFound(
                judge(
                        new NarInfoLookup.Failed(new CacheException(Kind.CORRUPT, "line 4")),
                        trusting("ours"),
                        false),
                Result.FAILED,
                "line 4",
                "mend the cache");
    }
}
