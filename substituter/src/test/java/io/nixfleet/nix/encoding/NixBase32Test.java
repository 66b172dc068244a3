package io.nixfleet.nix.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.testing.Seeds;
import java.math.BigInteger;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NixBase32Test {
    private static final String ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz";

    @ParameterizedTest
    @CsvSource({
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,"
                + " 0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad,"
                + " 1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
                + " 07qy3lf1n6hr30bic58l2c91240g1q6hq2qa1440f1h50h1h4080",
        "000102030405060708090a0b0c0d0e0f10111213, 2c91240g1q6hq2qa1440f1h50h1h4080",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff,"
                + " 1zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
    })
    void writesAndReadsWhatNixDoes(String base16, String base32) {
        byte[] bytes = HexFormat.of().parseHex(base16);

        assertThat(NixBase32.encode(bytes)).isEqualTo(base32);
        assertThat(NixBase32.decode(base32, bytes.length)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 2", "16, 26", "20, 32", "32, 52", "64, 103"})
    void takesTheCharactersThatNixTakes(int bytes, int characters) {
        assertThat(NixBase32.encodedLength(bytes)).isEqualTo(characters);
        assertThat(NixBase32.encode(new byte[bytes])).isEqualTo("0".repeat(characters));
    }

    @Test
    void isTheNumberOfTheBytesInLittleEndian() {
        Seeds.forEach(
                500,
                random -> {
                    var bytes = new byte[random.nextInt(1, 80)];
                    random.nextBytes(bytes);
                    var bigEndian = new byte[bytes.length];
                    for (int i = 0; i < bytes.length; i++) {
                        bigEndian[i] = bytes[bytes.length - 1 - i];
                    }
                    var expected = new StringBuilder();
                    var number = new BigInteger(1, bigEndian);
                    for (int i = NixBase32.encodedLength(bytes.length) - 1; i >= 0; i--) {
                        int digit = number.shiftRight(i * 5).intValue() & 0x1f;
                        expected.append(ALPHABET.charAt(digit));
                    }

                    String text = NixBase32.encode(bytes);

                    assertThat(text).isEqualTo(expected.toString());
                    assertThat(NixBase32.decode(text, bytes.length)).isEqualTo(bytes);
                });
    }

    @Test
    void refusesBitsBeyondTheLastByte() {
        assertThatThrownBy(
                        () ->
                                NixBase32.decode(
                                        "2mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73", 32))
                .isInstanceOf(FormatException.class)
                .hasMessage(
                        "nixbase32 text stands for more than 32 bytes:"
                                + " '2mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"e", "o", "t", "u", "A", "Z", "-", " ", "\u00e9", "\uff10"})
    void refusesWhatIsNoDigit(String digit) {
        assertThatThrownBy(() -> NixBase32.decode("2c91240g1q6hq2qa1440f1h50h1h408" + digit, 20))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("character 32 is not a nixbase32 digit");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33})
    void refusesAnotherLength(int length) {
        assertThatThrownBy(() -> NixBase32.decode("0".repeat(length), 20))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(
                        "expected 32 nixbase32 characters but found %d".formatted(length));
    }

    @Test
    void quotesHostileTextShortenedAndEscaped() {
        assertThat(FormatException.excerpt("a\u001b[31m\n")).isEqualTo("'a\\u001b[31m\\u000a'");
        assertThat(FormatException.excerpt("x".repeat(100))).isEqualTo("'" + "x".repeat(80) + "…'");
    }
}
