package io.nixfleet.agent.doctor;

import io.nixfleet.nix.encoding.FormatException;
import java.io.IOException;
import java.util.Optional;

/** What an option was to bring, or why it does not: one that is wrong must not hide the others. */
public sealed interface Given<T> {
    /** It is of use. */
    record Value<T>(T value) implements Given<T> {}

    /**
     * It is of no use.
     *
     * @param problem why, for people
     */
    record Wrong<T>(String problem) implements Given<T> {}

    /** Reads an option. */
    interface Source<T> {
        T read() throws IOException;
    }

    /** Reads an option, whose value may be wrong. */
    static <T> Given<T> of(Source<T> source) {
        try {
            return new Value<>(source.read());
        } catch (FormatException | IllegalArgumentException | IOException e) {
            return new Wrong<>(String.valueOf(e.getMessage()));
        }
    }

    /** The value, if it is of use. */
    default Optional<T> found() {
        return this instanceof Value<T>(T value) ? Optional.of(value) : Optional.empty();
    }
}
