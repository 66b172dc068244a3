package io.nixfleet.agent.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On the JVM that runs the tests, which has mapped some tens of MiB of code. */
class FileCopiesTest {
    @Test
    void areForgottenAndComeBackWhenTheyAreUsed() throws IOException {
        FileCopies copies = FileCopies.find();
        long before = FileCopies.residentBytes();

        copies.forget();

        assertThat(FileCopies.residentBytes()).isBetween(1L, before - (4L << 20));
        System.gc();
        assertThat(IntStream.range(0, 1_000).boxed().map(String::valueOf).toList()).hasSize(1_000);
        copies.forget();
    }
}
