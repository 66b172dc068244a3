package io.nixfleet.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.nix.store.ContentAddress;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestPaths;
import io.nixfleet.testing.Vectors;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NarInfoParserTest {
    private static final String SOURCE = "https://cache.example/x.narinfo";
    private static final String ADVICE = "; check that the URL is a Nix cache";
    private static final String SELF = "4ylhfs49nkgpk9si5hq6viq9c7q0mrsx-selfref";
    private static final String BASE16 =
            "91d2a6f77903c7b0738a174e14d94274e5e58fa638250773267abe4471286f7b";
    private static final String TEXT =
            Vectors.text("narinfo/4ylhfs49nkgpk9si5hq6viq9c7q0mrsx.narinfo");

    @Test
    void readsEveryField() {
        NarInfo narInfo = parse(TEXT.replace("Sig: ", "Deriver: " + SELF + ".drv\nSig: "));

        PathInfo info = narInfo.info();
        assertThat(info.path()).isEqualTo(path(SELF));
        assertThat(info.deriver()).contains(path(SELF + ".drv"));
        assertThat(info.narHash())
                .hasToString("sha256:0yvg51ql9gks4rrhf99qls7ybrbl8bci8khpi9rv1iq3g7vsdlli");
        assertThat(info.narSize()).isEqualTo(816);
        assertThat(info.references())
                .containsExactly(path("17v1q8421r08as489kb86gjgwlq14rv6-f31"), path(SELF));
        assertThat(info.signatures()).extracting(Signature::keyName).containsExactly("vectors-1");
        assertThat(info.contentAddress())
                .contains(
                        ContentAddress.parse(
                                "fixed:r:sha256:10m9gqd7i3d21n7vb6p3y58gihgway83b3fa3p2yg8v6my9h826p"));
        assertThat(narInfo.url())
                .isEqualTo("nar/0n4garnfyylk4k2af6g7wab58jwh0q9bhzn75wixbn3q4a06y7la.nar.xz");
        assertThat(narInfo.compression()).isEqualTo(Compression.XZ);
        assertThat(narInfo.fileHash().orElseThrow())
                .hasToString("sha256:0n4garnfyylk4k2af6g7wab58jwh0q9bhzn75wixbn3q4a06y7la");
        assertThat(narInfo.fileSize()).hasValue(292);
    }

    @Test
    void doesWithoutTheFieldsThatCachesLeaveOut() {
        NarInfo narInfo =
                parse(
                        """
                        StorePath: /nix/store/%s
                        URL: nar/4ylhfs49nkgpk9si5hq6viq9c7q0mrsx.nar
                        NarHash: sha256:%s
                        NarSize: 816
                        """
                                .formatted(SELF, BASE16));

        assertThat(narInfo.compression()).isEqualTo(Compression.BZIP2);
        assertThat(narInfo.fileHash()).isEmpty();
        assertThat(narInfo.fileSize()).isEqualTo(OptionalLong.empty());
        assertThat(narInfo.info().narHash())
                .hasToString("sha256:0yvg51ql9gks4rrhf99qls7ybrbl8bci8khpi9rv1iq3g7vsdlli");
        assertThat(narInfo.info().references()).isEmpty();
        assertThat(narInfo.info().deriver()).isEmpty();
        assertThat(narInfo.info().signatures()).isEmpty();
        assertThat(narInfo.info().contentAddress()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sha256:" + BASE16,
                "sha256:0yvg51ql9gks4rrhf99qls7ybrbl8bci8khpi9rv1iq3g7vsdlli",
                "sha256-kdKm93kDx7BzihdOFNlCdOXlj6Y4JQdzJnq+RHEob3s=",
                "sha256:kdKm93kDx7BzihdOFNlCdOXlj6Y4JQdzJnq+RHEob3s=",
            })
    void readsTheNarHashInEveryNotation(String hash) {
        String text = TEXT.replaceFirst("NarHash: .*", "NarHash: " + hash);

        assertThat(parse(text).info()).isEqualTo(parse(TEXT).info());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Compression: xz | 'Compression: '",
                "CA: .* | 'CA: '",
                "References: .* | 'References: '",
            })
    void takesAnEmptyFieldForAMissingOne(String field, String empty) {
        String emptied = TEXT.replaceFirst(field, empty);
        String removed = TEXT.replaceFirst(field + "\n", "");

        assertThat(parse(emptied)).isEqualTo(parse(removed)).isNotEqualTo(parse(TEXT));
    }

    @Test
    void takesUnknownDeriverForNone() {
        assertThat(parse(TEXT + "Deriver: unknown-deriver\n")).isEqualTo(parse(TEXT));
    }

    @Test
    void ignoresKeysThatItDoesNotKnow() {
        assertThat(
                        parse(
                                "X: \u00e4\nsig: x\nX: again\n"
                                        + TEXT
                                        + "System: x86_64-linux\nFuture: \n"))
                .isEqualTo(parse(TEXT));
    }

    @Test
    void dropsMalformedSignaturesAndKeepsTheOthers() {
        String more =
                TEXT
                        + "Sig: vectors-1:AAAA\n"
                        + "Sig: \n"
                        + "Sig: no-colon\n"
                        + "Sig: b c:AA\n"
                        + "Sig: bench-1:1fRJ7rnbZSUSQlYxRykyzbelCrkNBvG5TSsXfGz/pCzqoePwGghgvolHpNvgla14qnoJpStAYivX1oWl9LccDQ==\n";

        assertThat(parse(more).info().signatures())
                .extracting(Signature::keyName)
                .containsExactly("vectors-1", "bench-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"StorePath", "URL", "NarHash", "NarSize"})
    void namesTheMissingField(String field) {
        String text = TEXT.replaceFirst(field + ": .*\n", "");

        assertRefused(text, 0, "field " + field + " is missing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "StorePath",
                "URL",
                "Compression",
                "FileHash",
                "FileSize",
                "NarHash",
                "NarSize",
                "References",
                "CA"
            })
    void refusesAFieldGivenTwice(String field) {
        String line = TEXT.lines().filter(l -> l.startsWith(field + ":")).findFirst().orElseThrow();
        int first = TEXT.lines().toList().indexOf(line) + 1;

        assertRefused(
                TEXT + line + "\n",
                11,
                "%s is given twice, first in line %d".formatted(field, first));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | StorePath: /gnu/store/4ylhfs49nkgpk9si5hq6viq9c7q0mrsx-selfref | does not lie"
                        + " in /nix/store",
                "1 | StorePath: 4ylhfs49nkgpk9si5hq6viq9c7q0mrsx-selfref | does not lie in"
                        + " /nix/store",
                "2 | URL: nar/a b | expected a URL of visible ASCII characters but found 'nar/a b'",
                "2 | 'URL: ' | expected a URL of visible ASCII characters but found ''",
                "3 | Compression: lz4 | compression 'lz4' is not supported",
                "3 | Compression: XZ | compression 'XZ' is not supported",
                "4 | 'FileHash: ' | hash '' has no algorithm prefix",
                "5 | FileSize: -1 | expected a decimal number but found '-1'",
                "6 | NarHash: 0yvg51ql9gks4rrhf99qls7ybrbl8bci8khpi9rv1iq3g7vsdlli | has no"
                        + " algorithm prefix",
                "6 | NarHash: sha256:0yvg | a sha256 digest has 32 bytes but",
                "6 | NarHash: sha1:sdi0q1i8gmcnbgzkg903a9lvfb1pvnzq | it is not SHA-256 but sha1",
                "7 | NarSize: 0 | a NAR is never empty",
                "7 | 'NarSize: ' | expected a decimal number but found ''",
                "7 | NarSize: 0x10 | expected a decimal number but found '0x10'",
                "7 | NarSize: +5 | expected a decimal number but found '+5'",
                "7 | NarSize: 9223372036854775808 | larger than any file: '9223372036854775808'",
                "8 | References: /nix/store/4ylhfs49nkgpk9si5hq6viq9c7q0mrsx-selfref | is not a"
                        + " store path",
                "8 | References: 4ylhfs49nkgpk9si5hq6viq9c7q0mrsx | is not a store path",
                "10 | CA: sha256:0yvg | does not start with text: or fixed:",
            })
    void saysWhichLineAndFieldIsWrong(int line, String replacement, String problem) {
        String field = replacement.substring(0, replacement.indexOf(':'));
        String text = TEXT.replaceFirst("(?m)^" + field + ": .*", replacement);

        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        NarInfoFormatException.class, e -> assertThat(e.line()).isEqualTo(line))
                .hasMessageStartingWith(
                        "narinfo from %s line %d: %s: ".formatted(SOURCE, line, field))
                .hasMessageContaining(problem)
                .hasMessageEndingWith(ADVICE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Deriver: ", "Deriver: /nix/store/" + SELF + ".drv", "Deriver: x.drv"})
    void refusesADeriverThatIsNoBaseName(String line) {
        assertThatThrownBy(() -> parse(TEXT + line + "\n"))
                .isInstanceOf(NarInfoFormatException.class)
                .hasMessageStartingWith("narinfo from " + SOURCE + " line 11: Deriver: ")
                .hasMessageContaining("is not a store path");
    }

    @Test
    void refusesWhatNixWouldMisread() {
        assertRefused(
                TEXT.replace("NarSize: 816", "NarSize:816"),
                7,
                "no space after the colon of 'NarSize'");
        assertRefused(
                TEXT.replaceFirst("References: .*", "References:"),
                8,
                "no space after the colon of 'References'");
    }

    @Test
    void refusesCarriageReturns() {
        assertRefused(TEXT.replace("\n", "\r\n"), 1, "it ends in CR LF where Nix has LF alone");
    }

    @Test
    void refusesAMissingLastLineFeed() {
        assertRefused(
                TEXT.substring(0, TEXT.length() - 1), 10, "it ends without a line feed, cut short");
    }

    @ParameterizedTest
    @CsvSource({"'\n', ''", "'<html>\n', '<html>'", "'no colon\n', 'no colon'", "': x\n', ': x'"})
    void refusesLinesWithoutKey(String text, String shown) {
        assertRefused(text, 1, "expected 'Key: value' but found '" + shown + "'");
    }

    @Test
    void refusesEveryCut() {
        int needed = TEXT.indexOf("References");
        for (int length = 0; length < needed; length++) {
            String cut = TEXT.substring(0, length);
            assertThatThrownBy(() -> parse(cut), "cut to %d", length)
                    .isInstanceOf(NarInfoFormatException.class);
        }
    }

    @Test
    void refusesTheNarInfoOfAnotherPath() {
        StorePath asked = path("17v1q8421r08as489kb86gjgwlq14rv6-f31");
        byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);

        assertThat(NarInfoParser.parseFor(path(SELF), text, SOURCE)).isEqualTo(parse(TEXT));
        assertThatThrownBy(() -> NarInfoParser.parseFor(asked, text, SOURCE))
                .isInstanceOf(NarInfoFormatException.class)
                .hasMessage(
                        "narinfo from %s: asked for %s but it is of %s"
                                        .formatted(SOURCE, asked, path(SELF))
                                + ADVICE);
    }

    @Test
    void isDoneWithTenMegabytesOfJunkInNoTime() {
        var junk = new byte[10_000_000];
        Seeds.random(1).nextBytes(junk);
        String manySignatures = TEXT + "Sig: a:b\n".repeat(100_000);
        String manyUnknown = TEXT + "X: y\n".repeat(2_000_000);
        String longReferences =
                TEXT.replaceFirst("References: .*", "References:" + " ".repeat(10_000_000));

        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    assertThatThrownBy(() -> NarInfoParser.parse(StoreDir.NIX_STORE, junk, SOURCE))
                            .isInstanceOf(NarInfoFormatException.class);
                    assertThat(parse(manySignatures)).isEqualTo(parse(TEXT));
                    assertThat(parse(manyUnknown)).isEqualTo(parse(TEXT));
                    assertThat(parse(longReferences).info().references()).isEmpty();
                });
    }

    @Test
    void readsWhatItWrote() {
        List<SecretKey> keys = List.of(TestPaths.key("a-1"), TestPaths.key("b-1"));
        Seeds.forEach(
                300,
                random -> {
                    NarInfo narInfo = TestPaths.narInfo(random, keys);

                    assertThat(parse(NarInfoWriter.write(narInfo))).isEqualTo(narInfo);
                });
    }

    @Test
    void answersMutatedTextWithAValueOrAFormatException() {
        Seeds.forEach(
                3000,
                random -> {
                    byte[] text = TEXT.getBytes(StandardCharsets.UTF_8);
                    for (int i = random.nextInt(1, 4); i > 0; i--) {
                        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
                    }
                    try {
                        NarInfoParser.parse(StoreDir.NIX_STORE, text, SOURCE);
                    } catch (FormatException e) {
                        assertThat(e).hasMessageStartingWith("narinfo from " + SOURCE);
                    }
                });
    }

    private static void assertRefused(String text, int line, String problem) {
        String where = line == 0 ? "" : " line " + line;
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        NarInfoFormatException.class, e -> assertThat(e.line()).isEqualTo(line))
                .hasMessage("narinfo from " + SOURCE + where + ": " + problem + ADVICE);
    }

    private static NarInfo parse(String text) {
        return NarInfoParser.parse(
                StoreDir.NIX_STORE, text.getBytes(StandardCharsets.UTF_8), SOURCE);
    }

    private static StorePath path(String baseName) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, baseName);
    }
}
