package io.nixfleet.agent.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts a stream of bytes into lines; of a line that is too long, the beginning is told. */
final class Lines {
    private static final int LONGEST = 64 << 10;

    private final Consumer<String> consumer;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Lines(Consumer<String> consumer) {
        this.consumer = consumer;
    }

    void add(byte[] bytes, int length) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n') {
                append(bytes, start, i);
                tell();
                start = i + 1;
            }
        }
        append(bytes, start, length);
    }

    /** The stream is over: what came after the last line end is a line, too. */
    void end() {
        if (line.size() > 0) {
            tell();
        }
    }

    private void append(byte[] bytes, int start, int end) {
        line.write(bytes, start, Math.min(end - start, LONGEST - line.size()));
    }

    private void tell() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        consumer.accept(text);
    }
}
