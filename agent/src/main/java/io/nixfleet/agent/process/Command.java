package io.nixfleet.agent.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A command to run.
 *
 * @param words the program, by path or by a name on the PATH of the environment that the child
 *     gets, and its arguments
 * @param environment what the child finds in its environment
 * @param limit how long it may take
 * @param output how much of each of its output streams is kept
 * @param attention who hears its output while it runs, and how long it may be silent
 */
public record Command(
        List<String> words,
        Environment environment,
        Duration limit,
        OutputLimit output,
        Attention attention) {
    private static final Duration DEFAULT_LIMIT = Duration.ofMinutes(1);

    /** A child's environment. */
    public sealed interface Environment {
        /** This process's own, and these. */
        record Added(Map<String, String> variables) implements Environment {
            public Added {
                variables = Map.copyOf(variables);
            }
        }

        /** These and nothing else. */
        record Replaced(Map<String, String> variables) implements Environment {
            public Replaced {
                variables = Map.copyOf(variables);
            }
        }
    }

    /**
     * How much of an output stream is kept; the rest is read and dropped.
     *
     * @param kept which part
     */
    public record OutputLimit(int bytes, Kept kept) {
        /** Which part of a long output matters. */
        public enum Kept {
            HEAD,
            TAIL
        }

        public static OutputLimit head(int bytes) {
            return new OutputLimit(bytes, Kept.HEAD);
        }

        public static OutputLimit tail(int bytes) {
            return new OutputLimit(bytes, Kept.TAIL);
        }

        public OutputLimit {
            if (bytes < 0) {
                throw new IllegalArgumentException("an output limit is not negative: " + bytes);
            }
        }
    }

    /**
     * What matters of a child while it runs.
     *
     * @param lines takes each line of both its output streams, from several threads; fast, and
     *     never throws
     * @param silence after how long without any output it is taken for stuck and ended
     */
    public record Attention(Consumer<String> lines, Duration silence) {
        /** Nobody listens, and silence is no sign of anything. */
        public static final Attention NONE = new Attention(_ -> {}, Duration.ofDays(365));
    }

    public Command {
        words = List.copyOf(words);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a command has at least a program");
        }
    }

    /** With this process's environment, a minute of time, and the first 64 KiB of output. */
    public static Command of(List<String> words) {
        return new Command(
                words,
                new Environment.Added(Map.of()),
                DEFAULT_LIMIT,
                OutputLimit.head(64 << 10),
                Attention.NONE);
    }

    public static Command of(String... words) {
        return of(List.of(words));
    }

    public Command with(Environment other) {
        return new Command(words, other, limit, output, attention);
    }

    public Command within(Duration other) {
        return new Command(words, environment, other, output, attention);
    }

    public Command keeping(OutputLimit other) {
        return new Command(words, environment, limit, other, attention);
    }

    public Command heard(Attention other) {
        return new Command(words, environment, limit, output, other);
    }
}
