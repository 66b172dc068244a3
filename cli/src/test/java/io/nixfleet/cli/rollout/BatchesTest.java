package io.nixfleet.cli.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.protocol.operator.Strategy;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchesTest {
    private static final List<Strategy> STRATEGIES = List.of(Strategy.values());
    private static final List<String> FIVE = List.of("a", "b", "c", "d", "e");

    private static List<List<String>> split(Strategy strategy, String... sizes) {
        return Batches.of(strategy, shares(sizes), FIVE).hosts();
    }

    private static List<Share> shares(String... texts) {
        return List.of(texts).stream().map(Share::new).toList();
    }

    @Test
    void allAtOnceIsOneBatch() {
        assertThat(split(Strategy.ALL_AT_ONCE)).containsExactly(FIVE);
    }

    @Test
    void aCanaryIsOneFirstAndThenAllOthers() {
        assertThat(split(Strategy.CANARY))
                .containsExactly(List.of("a"), List.of("b", "c", "d", "e"));
        assertThat(Batches.of(Strategy.CANARY, List.of(), List.of("a")).hosts())
                .containsExactly(List.of("a"));
    }

    @Test
    void stagedBatchesHaveTheirSizesOfWhatIsLeft() {
        assertThat(split(Strategy.STAGED, "1", "25%", "50%", "1"))
                .containsExactly(List.of("a"), List.of("b"), List.of("c", "d"), List.of("e"));
        assertThat(split(Strategy.STAGED, "2", "2"))
                .containsExactly(List.of("a", "b"), List.of("c", "d", "e"));
        assertThat(split(Strategy.STAGED)).containsExactly(FIVE);
    }

    @Test
    void aBatchHasAHostEvenIfItsSizeIsNothing() {
        assertThat(split(Strategy.STAGED, "0", "0%", "100%"))
                .containsExactly(List.of("a"), List.of("b"), List.of("c", "d", "e"));
    }

    private static List<Long> seeds() {
        return IntStream.range(0, 200).mapToObj(Long::valueOf).toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyHostIsInOneBatchInItsOrder(long seed) {
        var random = new Random(seed);
        List<String> hosts =
                IntStream.range(0, 1 + random.nextInt(60)).mapToObj(i -> "host-" + i).toList();
        List<Share> sizes =
                IntStream.range(0, random.nextInt(6))
                        .mapToObj(
                                _ ->
                                        random.nextBoolean()
                                                ? random.nextInt(101) + "%"
                                                : String.valueOf(random.nextInt(70)))
                        .map(Share::new)
                        .toList();
        Strategy strategy = STRATEGIES.get(random.nextInt(STRATEGIES.size()));

        List<List<String>> batches = Batches.of(strategy, sizes, hosts).hosts();

        assertThat(batches.stream().flatMap(List::stream)).containsExactlyElementsOf(hosts);
        assertThat(batches).isNotEmpty().doesNotContain(List.of());
        int most =
                switch (strategy) {
                    case ALL_AT_ONCE -> 1;
                    case CANARY -> 2;
                    case STAGED -> Math.max(1, sizes.size());
                };
        assertThat(batches).hasSizeLessThanOrEqualTo(most);
    }
}
