package io.nixfleet.it.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockTest {
    /** A pixel is a second. */
    private static final Scale SCALE = new Scale(Duration.ofSeconds(1000), 1000);

    private static Span span(long fromMillis, long toMillis, String label) {
        return new Span(Duration.ofMillis(fromMillis), Duration.ofMillis(toMillis), label);
    }

    @Test
    void leavesWideStatesAlone() {
        List<Block> blocks =
                Block.of(List.of(span(0, 10_000, "idle"), span(10_000, 30_000, "fetching")), SCALE);

        assertThat(blocks).extracting(Block::x).containsExactly(0.0, 10.0);
        assertThat(blocks).extracting(Block::width).containsExactly(10.0, 20.0);
        assertThat(blocks.getLast().title()).isEqualTo("fetching: 10.0 s to 30.0 s (20.0 s)");
    }

    @Test
    void drawsThinStatesAsTheOneThatTookLongest() {
        List<Block> blocks =
                Block.of(
                        List.of(
                                span(0, 300, "checking"),
                                span(300, 1_500, "fetching"),
                                span(1_500, 1_700, "checking")),
                        SCALE);

        assertThat(blocks.getFirst().label()).isEqualTo("fetching");
        assertThat(blocks.getFirst().title())
                .isEqualTo("checking, fetching: 0.0 s to 1.5 s (1.5 s)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rolling_back", "down"})
    void hidesNoRollbackAndNoAbsence(String label) {
        List<Block> blocks =
                Block.of(
                        List.of(
                                span(0, 500_000, "idle"),
                                span(500_000, 500_010, label),
                                span(500_010, 1_000_000, "idle")),
                        SCALE);

        assertThat(blocks).extracting(Block::label).containsExactly("idle", label, "idle");
        assertThat(blocks.get(1).width()).isEqualTo(Block.THINNEST);
        assertThat(blocks.get(2).x()).isEqualTo(500 + Block.THINNEST);
    }

    @Test
    void drawsAStateOfTheLastMoment() {
        List<Block> blocks =
                Block.of(
                        List.of(span(0, 999_900, "idle"), span(999_900, 1_000_000, "down")), SCALE);

        assertThat(blocks.getLast().label()).isEqualTo("down");
        assertThat(blocks.getLast().width()).isEqualTo(Block.THINNEST);
    }

    @Test
    void joinsFaultsThatTouchAndNoOthers() {
        List<Block> blocks =
                Block.ofLoose(
                        List.of(
                                span(600_000, 600_001, "third"),
                                span(100_000, 200_000, "first"),
                                span(150_000, 180_000, "second"),
                                span(601_000, 601_001, "fourth")),
                        SCALE);

        assertThat(blocks).extracting(Block::x).containsExactly(100.0, 600.0);
        assertThat(blocks).extracting(Block::width).containsExactly(100.0, 1 + Block.THINNEST);
        assertThat(blocks.getFirst().title()).isEqualTo("first, second: 1:40.0 to 3:20.0 (1:40.0)");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void neitherOverlapsNorLosesAnything(int seed) {
        var random = new Random(seed);
        var spans = new ArrayList<Span>();
        long at = 0;
        while (at < 1_000_000) {
            long to = Math.min(1_000_000, at + 1 + (long) Math.pow(10, random.nextDouble() * 4.5));
            spans.add(span(at, to, "phase " + random.nextInt(5)));
            at = to;
        }

        List<Block> blocks = Block.of(spans, SCALE);

        assertThat(blocks.stream().flatMap(block -> block.spans().stream()).toList())
                .isEqualTo(spans);
        assertThat(blocks).allMatch(block -> block.width() >= Block.THINNEST - 1e-9);
        double end = 0;
        for (Block block : blocks) {
            assertThat(block.x()).isEqualTo(end, within(1e-9));
            end = block.x() + block.width();
        }
        assertThat(end).isBetween(1000 - 1e-9, 1000 + Block.THINNEST);
    }
}
