package io.nixfleet.nix.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NixHashTest {
    private static final String ABC = "sha256:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s";

    @ParameterizedTest
    @ValueSource(
            strings = {
                ABC,
                "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                "sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
                "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            })
    void readsEveryNotation(String text) {
        NixHash hash = NixHash.parse(text);

        assertThat(hash)
                .isEqualTo(
                        NixHash.compute(
                                HashAlgorithm.SHA256, "abc".getBytes(StandardCharsets.UTF_8)))
                .hasToString(ABC);
    }

    @ParameterizedTest
    @EnumSource
    void keepsItsValueThroughEveryNotation(HashAlgorithm algorithm) {
        Seeds.forEach(
                50,
                random -> {
                    NixHash hash = TestPaths.hash(random, algorithm);
                    String base64 = Base64.getEncoder().encodeToString(hash.digest());

                    assertThat(NixHash.parse(hash.toString())).isEqualTo(hash);
                    assertThat(NixHash.parse(hash.toSri())).isEqualTo(hash);
                    assertThat(NixHash.parse(algorithm.nixName() + ":" + hash.toBase16()))
                            .isEqualTo(hash);
                    assertThat(NixHash.parse(algorithm.nixName() + ":" + base64)).isEqualTo(hash);
                    assertThat(NixHash.parseDigest(algorithm, hash.toBase16())).isEqualTo(hash);
                    assertThat(NixHash.parseDigest(algorithm, hash.toNixBase32())).isEqualTo(hash);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s | has no algorithm prefix",
                "sha3:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s | unknown hash algorithm"
                        + " 'sha3'",
                "sha256: | a sha256 digest has 32 bytes but '' stands for 0",
                "sha256:zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad | not a"
                        + " base16 digest",
                "sha256:2b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s | more than 32 bytes",
                "sha256:1b8m!! | not a base16, nixbase32 or base64 sha256 digest",
                "sha256-1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s | a sha256 digest has"
                        + " 32 bytes",
            })
    void refusesWhatIsNoHash(String text, String problem) {
        assertThatThrownBy(() -> NixHash.parse(text))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void doesNotShareItsBytes() {
        var digest = new byte[32];
        var hash = NixHash.of(HashAlgorithm.SHA256, digest);
        digest[0] = 1;
        hash.digest()[1] = 1;

        assertThat(hash.toBase16()).isEqualTo("0".repeat(64));
    }
}
