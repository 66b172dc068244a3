package io.nixfleet.testing;

import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Runs a property over many seeded random inputs; a failure names the seed that shows it again. */
public final class Seeds {
    private Seeds() {}

    /** A generator that always gives the same numbers for a seed. */
    public static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** One of the choices. */
    public static <T> T pick(RandomGenerator random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Checks the property for the seeds 0 to {@code count - 1}. */
    public static void forEach(int count, Consumer<RandomGenerator> property) {
        for (long seed = 0; seed < count; seed++) {
            try {
                property.accept(random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("fails for Seeds.random(" + seed + "): " + e, e);
            }
        }
    }
}
