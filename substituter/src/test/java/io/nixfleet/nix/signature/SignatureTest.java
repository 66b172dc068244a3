package io.nixfleet.nix.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.Vectors;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {
    /** A path, its key and its signature, as two caches served them. */
    private record Signed(String key, String fingerprint, String signature) {
        Fingerprint composed() {
            List<String> parts = Arrays.asList(fingerprint.split(";", -1));
            return Fingerprint.of(
                    StorePath.parse(StoreDir.NIX_STORE, parts.get(1)),
                    NixHash.parse(parts.get(2)),
                    Long.parseLong(parts.get(3)),
                    Arrays.stream(parts.get(4).split(",", -1))
                            .map(text -> StorePath.parse(StoreDir.NIX_STORE, text))
                            .sorted(Collections.reverseOrder())
                            .toList());
        }
    }

    private static final Signed LOCAL =
            new Signed(
                    "bench-1:t7L+2Nc9puB4IZYEHA5tJ6twLlhbEOgFYMbckNTFtOU=",
                    "1;/nix/store/908b1psndd2av3cn606mnhpjqrm0ijwj-libelf1-0.188-2.1"
                        + ";sha256:1qr7gpk93l06bl7wsmvkl1sc42fj43814wv81hjn3na2y1l9xncj;1030568"
                        + ";/nix/store/908b1psndd2av3cn606mnhpjqrm0ijwj-libelf1-0.188-2.1"
                        + ",/nix/store/h7h47zx03icbd5ngsi6cprn0bb7qjjsk-libsasl2-modules-2.1.28-dfsg-10",
                    "bench-1:1fRJ7rnbZSUSQlYxRykyzbelCrkNBvG5TSsXfGz/pCzqoePwGghgvolHpNvgla14qnoJpStAYivX1oWl9LccDQ==");
    private static final Signed PUBLIC =
            new Signed(
                    "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=",
                    "1;/nix/store/xcp9cav49dmsjbwdjlmkjxj10gkpx553-hello-2.10"
                            + ";sha256:16mvl7v0ylzcg2n3xzjn41qhzbmgcn5iyarx16nn5l2r36n2kqci"
                            + ";206104"
                            + ";/nix/store/563528481rvhc5kxwipjmg6rqrl95mdx-glibc-2.33-56"
                            + ",/nix/store/xcp9cav49dmsjbwdjlmkjxj10gkpx553-hello-2.10",
                    "cache.nixos.org-1:lo9EfNIL4eGRuNh7DTbAAffWPpI2SlYC/8uP7JnhgmfRIUNGhSbFe8qEaKN0mFS02TuhPpXFPNtRkFcCp0hGAQ==");

    private static final String SIGNATURE_BASE64 =
            PUBLIC.signature.substring(PUBLIC.signature.indexOf(':') + 1);

    @Test
    void composesTheFingerprintThatNixSigns() {
        assertThat(LOCAL.composed()).hasToString(LOCAL.fingerprint);
        assertThat(PUBLIC.composed()).hasToString(PUBLIC.fingerprint);
    }

    @Test
    void leavesTheLastPartEmptyWithoutReferences() {
        StorePath path = TestPaths.path(Seeds.random(1), "x");
        NixHash hash = NixHash.compute(HashAlgorithm.SHA256, new byte[0]);

        assertThat(Fingerprint.of(path, hash, 112, List.of()))
                .hasToString(
                        "1;"
                                + path
                                + ";sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73;112;");
    }

    @Test
    void believesWhatTheKeysSigned() {
        var keys = TrustedKeys.parse(List.of(LOCAL.key, PUBLIC.key));

        assertThat(keys.findSigner(LOCAL.composed(), signatures(LOCAL.signature)))
                .contains("bench-1");
        assertThat(keys.findSigner(PUBLIC.composed(), signatures(PUBLIC.signature)))
                .contains("cache.nixos.org-1");
        assertThat(keys.findSigner(PUBLIC.composed(), signatures(LOCAL.signature))).isEmpty();
        assertThat(keys.names()).containsExactly("bench-1", "cache.nixos.org-1");
    }

    @Test
    void findsTheGoodSignatureAmongOthers() {
        String foreign = "nobody-1:" + SIGNATURE_BASE64;
        String wrong = "cache.nixos.org-1:" + SIGNATURE_BASE64.replace("lo9E", "lo9F");
        var keys = TrustedKeys.parse(List.of(PUBLIC.key));

        assertThat(keys.findSigner(PUBLIC.composed(), signatures(foreign, wrong))).isEmpty();
        assertThat(keys.findSigner(PUBLIC.composed(), signatures(foreign, wrong, PUBLIC.signature)))
                .contains("cache.nixos.org-1");
    }

    @Test
    void triesABoundedNumberOfSignatures() {
        SecretKey key = TestPaths.key("k-1");
        var info = TestPaths.info(Seeds.random(1));
        List<Signature> others =
                Seeds.random(2)
                        .longs(1000)
                        .mapToObj(seed -> TestPaths.info(Seeds.random(seed)).fingerprint())
                        .limit(32)
                        .map(key::sign)
                        .toList();
        List<Signature> goodLast =
                Stream.concat(others.stream(), Stream.of(key.sign(info.fingerprint()))).toList();
        var keys = TrustedKeys.of(List.of(key.publicKey()));

        assertThat(keys.findSigner(info.fingerprint(), goodLast)).isEmpty();
        assertThat(keys.findSigner(info.fingerprint(), goodLast.reversed())).contains("k-1");
    }

    @Test
    void keepsTheFirstOfKeysWithOneName() {
        SecretKey first = SecretKey.generate("k-1", Seeds.random(1));
        SecretKey second = SecretKey.generate("k-1", Seeds.random(2));
        var keys = TrustedKeys.of(List.of(first.publicKey(), second.publicKey()));
        Fingerprint fingerprint = PUBLIC.composed();

        assertThat(keys.findSigner(fingerprint, List.of(first.sign(fingerprint)))).contains("k-1");
        assertThat(keys.findSigner(fingerprint, List.of(second.sign(fingerprint)))).isEmpty();
    }

    @Test
    void readsAndWritesTheKeysThatNixGenerates() {
        SecretKey secret = SecretKey.parse(Vectors.text("keys/vectors-1.secret"));
        String publicText = Vectors.text("keys/vectors-1.public");

        assertThat(secret.publicKey()).isEqualTo(PublicKey.parse(publicText));
        assertThat(secret.publicKey()).hasToString(publicText);
        assertThat(secret.publicKey().name()).isEqualTo("vectors-1");
        assertThat(secret).hasToString("***");
    }

    @Test
    void verifiesOnlyTheSignedFingerprintByTheSigningKey() {
        Seeds.forEach(
                20,
                random -> {
                    SecretKey key = SecretKey.generate("k-1", random);
                    SecretKey other = SecretKey.generate("k-1", random);
                    Fingerprint fingerprint = TestPaths.info(random).fingerprint();

                    Signature signature = key.sign(fingerprint);

                    assertThat(Signature.parse(signature.toString())).isEqualTo(signature);
                    assertThat(key.publicKey().verifies(fingerprint, signature)).isTrue();
                    assertThat(other.publicKey().verifies(fingerprint, signature)).isFalse();
                    assertThat(
                                    key.publicKey()
                                            .verifies(
                                                    TestPaths.info(random).fingerprint(),
                                                    signature))
                            .isFalse();
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void toleratesMissingPadding(int dropped) {
        String text = PUBLIC.signature.substring(0, PUBLIC.signature.length() - dropped);

        assertThat(Signature.parse(text)).hasToString(PUBLIC.signature);
        assertThat(PublicKey.parse(PUBLIC.key.substring(0, PUBLIC.key.length() - 1)))
                .hasToString(PUBLIC.key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | signature '' has no key name, expected name:base64",
                "no-colon | has no key name, expected name:base64",
                ":AAAA | has an empty key name or one with blanks",
                "'k 1:AAAA' | has an empty key name or one with blanks",
                "k-1:AAAA | signature 'k-1:AAAA' has 3 bytes, not 64",
                "k-1: | has 0 bytes, not 64",
                "k-1:A*AA | is not base64 after its key name",
                "k-1:A | is not base64 after its key name",
            })
    void refusesWhatIsNoSignature(String text, String problem) {
        assertThatThrownBy(() -> Signature.parse(text))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void refusesASignatureOfAnotherLength() {
        assertThatThrownBy(() -> Signature.parse("k-1:AAAA" + SIGNATURE_BASE64))
                .isInstanceOf(FormatException.class)
                .hasMessageEndingWith(" has 67 bytes, not 64");
    }

    @Test
    void refusesAPublicKeyThatIsNoPointOfTheCurve() {
        assertThatThrownBy(() -> PublicKey.parse("k-1:" + "A".repeat(42) + "E="))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is not an Ed25519 key; check that it was copied whole");
    }

    @Test
    void refusesASecretKeyInThePlaceOfAPublicOneWithoutShowingIt() {
        assertThatThrownBy(() -> PublicKey.parse(Vectors.text("keys/vectors-1.secret")))
                .isInstanceOf(FormatException.class)
                .hasMessage("public key 'vectors-1' has 64 bytes, not 32");
    }

    @Test
    void refusesASecretKeyWithoutShowingIt() {
        String secret = Vectors.text("keys/vectors-1.secret");
        String cut = secret.substring(0, secret.length() - 8);
        String otherHalf =
                secret.substring(0, secret.length() - 44)
                        + TestPaths.key("vectors-1").publicKey().toString().substring(10);

        assertThatThrownBy(() -> SecretKey.parse(cut))
                .isInstanceOf(FormatException.class)
                .hasMessage("secret key (not shown) has 60 bytes, not 64")
                .hasNoCause();
        assertThatThrownBy(() -> SecretKey.parse(secret.replace('+', '*')))
                .isInstanceOf(FormatException.class)
                .hasMessage("secret key (not shown) is not base64 after its key name")
                .hasNoCause();
        assertThatThrownBy(() -> SecretKey.parse(otherHalf))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("secret key (not shown)")
                .hasNoCause();
    }

    @Test
    void refusesToNameAKeyWhatCannotBeRead() {
        assertThatThrownBy(() -> SecretKey.generate("a:b", Seeds.random(1)))
                .isInstanceOf(FormatException.class)
                .hasMessage("'a:b' cannot name a key: use visible characters other than a colon");
    }

    private static List<Signature> signatures(String... texts) {
        return Arrays.stream(texts).map(Signature::parse).toList();
    }
}
