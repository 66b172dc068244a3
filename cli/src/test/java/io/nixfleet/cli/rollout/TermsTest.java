package io.nixfleet.cli.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.cli.rollout.Terms.Next;
import io.nixfleet.protocol.operator.OnFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TermsTest {
    private static final HostEnd GOOD = new HostEnd(HostEnd.Kind.DEPLOYED, "");
    private static final HostEnd BAD = new HostEnd(HostEnd.Kind.ROLLED_BACK, "sick");
    private static final Batches TWO =
            new Batches(List.of(List.of("a"), List.of("b", "c", "d", "e")));

    private static Terms terms(String threshold, OnFailure onFailure) {
        return new Terms(TWO, new Share(threshold), onFailure);
    }

    @Test
    void goesOnAfterAGoodBatchUntilTheLast() {
        Terms terms = terms("0", OnFailure.PAUSE);

        assertThat(terms.after(0, List.of(GOOD))).isEqualTo(Next.GO_ON);
        assertThat(terms.after(1, List.of(GOOD, GOOD, GOOD, GOOD))).isEqualTo(Next.COMPLETE);
    }

    @Test
    void stopsAtABadBatchAsToldAlsoAtTheLast() {
        assertThat(terms("0", OnFailure.PAUSE).after(0, List.of(BAD))).isEqualTo(Next.PAUSE);
        assertThat(terms("0", OnFailure.REVERT).after(0, List.of(BAD))).isEqualTo(Next.REVERT);
        assertThat(terms("0", OnFailure.REVERT).after(1, List.of(GOOD, BAD, GOOD, GOOD)))
                .isEqualTo(Next.REVERT);
    }

    @Test
    void theThresholdIsOfEachBatchByItself() {
        Terms quarter = terms("25%", OnFailure.PAUSE);

        assertThat(quarter.allowed(0)).isEqualTo(1);
        assertThat(quarter.after(0, List.of(BAD))).isEqualTo(Next.GO_ON);
        assertThat(quarter.allowed(1)).isEqualTo(1);
        assertThat(quarter.after(1, List.of(GOOD, BAD, GOOD, GOOD))).isEqualTo(Next.COMPLETE);
        assertThat(quarter.after(1, List.of(GOOD, BAD, BAD, GOOD))).isEqualTo(Next.PAUSE);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNeitherDeployedNorRanItBeforeHasFailed(HostEnd.Kind kind) {
        boolean good = kind == HostEnd.Kind.DEPLOYED || kind == HostEnd.Kind.RAN_IT;

        Next next = terms("0", OnFailure.PAUSE).after(0, List.of(new HostEnd(kind, "")));

        assertThat(next).isEqualTo(good ? Next.GO_ON : Next.PAUSE);
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhatTheRolloutChangedAndStillStandsIsToBeReverted(HostEnd.Kind kind) {
        assertThat(new HostEnd(kind, "").toRevert())
                .isEqualTo(
                        switch (kind) {
                            case DEPLOYED, UNKNOWN -> true;
                            case NOT_BEGUN, RAN_IT, FAILED, ROLLED_BACK, REVERTED, NOT_REVERTED ->
                                    false;
                        });
    }

    private static Stream<Long> seeds() {
        return IntStream.range(0, 200).mapToObj(Long::valueOf);
    }

    /** More failures never make it go on where fewer stop it. */
    @ParameterizedTest
    @MethodSource("seeds")
    void isTheStricterTheMoreFail(long seed) {
        var random = new Random(seed);
        int size = 1 + random.nextInt(20);
        List<String> hosts = IntStream.range(0, size).mapToObj(i -> "h" + i).toList();
        var threshold =
                new Share(
                        random.nextBoolean()
                                ? random.nextInt(101) + "%"
                                : String.valueOf(random.nextInt(size + 2)));
        var terms = new Terms(new Batches(List.of(hosts)), threshold, OnFailure.PAUSE);

        boolean stopped = false;
        for (int failed = 0; failed <= size; failed++) {
            var ends = new ArrayList<HostEnd>();
            for (int i = 0; i < size; i++) {
                ends.add(i < failed ? BAD : GOOD);
            }
            boolean stops = terms.after(0, ends) == Next.PAUSE;
            assertThat(stops).isEqualTo(failed > terms.allowed(0));
            assertThat(stops || !stopped).as("with %d failed of %d", failed, size).isTrue();
            stopped = stops;
        }
    }
}
