package io.nixfleet.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.it.fetch.AgentProgram;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.cache.ServedClosure;
import io.nixfleet.testing.cache.Spoilage;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/** One path of a cache is bad: the exit code and words that tell, and a store that is unharmed. */
class SpoiltCacheTest {
    private ServedClosure closure;

    @BeforeEach
    void serve() {
        closure = ServedClosure.start(4);
    }

    @AfterEach
    void stop() {
        closure.close();
    }

    static Stream<NixInstallation> versions() {
        return Stream.of(
                NixInstallation.nix28(), NixInstallation.nix226(), NixInstallation.nix234());
    }

    /** Those that Nix itself has judged differently from one version to the next. */
    static Stream<Arguments> representative() {
        return versions()
                .flatMap(
                        nix ->
                                Stream.of(
                                                Spoilage.NAR_WITH_FLIPPED_BIT,
                                                Spoilage.NAR_SIZE_TOO_BIG,
                                                Spoilage.NAR_WITH_TRAILING_BYTES,
                                                Spoilage.NAR_WITH_UNSORTED_NAMES,
                                                Spoilage.ONLY_UNKNOWN_KEYS)
                                        .map(spoilage -> Arguments.of(nix, spoilage)));
    }

    private static int exitCode(Spoilage spoilage) {
        return switch (spoilage.verdict()) {
            case ABSENT -> 3;
            case REFUSED -> 4;
            case UNREACHABLE -> 5;
        };
    }

    private static String label(Spoilage spoilage) {
        return switch (spoilage.verdict()) {
            case ABSENT -> "absent: ";
            case REFUSED -> "refused: ";
            case UNREACHABLE -> "unreachable: ";
        };
    }

    /** Without those that take the time limits of a patient client, and some of those retried. */
    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {
                "NARINFO_SILENCE",
                "NAR_STALLED",
                "NARINFO_500",
                "NARINFO_429",
                "NAR_429",
                "NAR_500",
                "NAR_RESET"
            })
    void saysWhatIsBadAndLeavesTheRestUnharmed(Spoilage spoilage) throws Exception {
        spoilage.spoil(closure, closure.leaf());
        try (Host host = Host.with(NixInstallation.nix28(), closure)) {
            AgentProgram.Run run = host.fetch();

            assertThat(run.exitCode()).as(run.stderr()).isEqualTo(exitCode(spoilage));
            assertThat(run.stderr())
                    .contains(label(spoilage) + closure.leaf().path())
                    .contains(closure.server().uri().toString())
                    .contains(spoilage.message())
                    .contains("not tried, since they need one of these: 2 paths");
            Host.assertNoStackTrace(run);
            host.assertHolds(List.of(closure.otherLeaf()));
        }
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("representative")
    void refusesAndLaterFetchesJustWhatIsMissing(NixInstallation nix, Spoilage spoilage)
            throws Exception {
        spoilage.spoil(closure, closure.leaf());
        try (Host host = Host.with(nix, closure)) {
            AgentProgram.Run run = host.fetch("--json");

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isEqualTo(4);
            assertThat(run.stderr()).isEmpty();
            assertThat(run.json().at("/status").asText()).isEqualTo("incomplete");
            assertThat(run.json().at("/exitCode").asInt()).isEqualTo(4);
            assertThat(run.json().at("/totals/fetched").asInt()).isEqualTo(1);
            assertThat(run.json().at("/totals/failed").asInt()).isEqualTo(3);
            assertThat(run.json().path("paths"))
                    .filteredOn(path -> path.path("result").asText().equals("refused"))
                    .singleElement()
                    .satisfies(
                            path -> {
                                assertThat(path.path("path").asText())
                                        .isEqualTo(closure.leaf().path().toString());
                                assertThat(path.path("reason").asText())
                                        .contains(spoilage.message());
                            });
            host.assertHolds(List.of(closure.otherLeaf()));

            closure.serve(closure.leaf());
            host.assertCompletes(List.of(closure.leaf(), closure.app(), closure.top()));
            host.assertNoLeftovers(closure.members());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void takesSignatureOfWrongLengthBesideAGoodOne(NixInstallation nix) throws Exception {
        String cut = Base64.getEncoder().encodeToString(new byte[63]);
        closure.serveNarInfo(
                closure.leaf(),
                ServedClosure.narInfo(closure.leaf())
                        .replaceFirst("Sig: ", "Sig: hostile-1:" + cut + "\nSig: "));
        try (Host host = Host.with(nix, closure)) {
            host.assertCompletes(closure.members());
        }
    }
}
