package io.nixfleet.agent.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One output stream of a child, read to its end in the background, of which a part is kept. */
final class KeptOutput {
    private static final int FIRST_SIZE = 8192;

    /** How much is kept; most children say far less than they may. */
    private final int limit;

    private final boolean tail;
    private final Lines lines;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile long lastHeard = System.nanoTime();
    private byte[] kept;
    private long seen;

    private KeptOutput(Command.OutputLimit limit, Consumer<String> listener) {
        this.limit = limit.bytes();
        this.kept = new byte[Math.min(this.limit, FIRST_SIZE)];
        this.tail = limit.kept() == Command.OutputLimit.Kept.TAIL;
        this.lines = new Lines(listener);
    }

    static KeptOutput read(InputStream in, Command command) {
        var output = new KeptOutput(command.output(), command.attention().lines());
        // A read from a pipe holds its carrier: a virtual thread would gain nothing.
        Thread.ofPlatform().daemon().name("nixfleet-child-output").start(() -> output.drain(in));
        return output;
    }

    private void drain(InputStream in) {
        byte[] buffer = new byte[8192];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                lastHeard = System.nanoTime();
                keep(buffer, n);
                lines.add(buffer, n);
            }
            lines.end();
        } catch (IOException _) {
            // The stream was closed under us since the child was ended: what came is what there is.
        } finally {
            end.countDown();
        }
    }

    private synchronized void keep(byte[] bytes, int length) {
        long wanted = Math.min(seen + length, limit);
        if (wanted > kept.length) {
            kept = Arrays.copyOf(kept, (int) Math.min(Math.max(wanted, 2L * kept.length), limit));
        }
        for (int i = 0; i < length; i++, seen++) {
            if (seen < limit) {
                kept[(int) seen] = bytes[i];
            } else if (tail && limit > 0) {
                kept[(int) (seen % limit)] = bytes[i];
            }
        }
    }

    /** When something came the last time, or else when reading began; by System.nanoTime. */
    long lastHeard() {
        return lastHeard;
    }

    /** Waits for the end of the stream, but not longer than this. */
    void awaitEnd(Duration limit) throws InterruptedException {
        var _ = end.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is kept until now, without a character cut in two at its edge. */
    synchronized String text() {
        if (seen <= limit) {
            return new String(kept, 0, (int) seen, StandardCharsets.UTF_8);
        }
        return tail ? tailText() : headText();
    }

    private String tailText() {
        if (kept.length == 0) {
            return "";
        }
        byte[] ordered = new byte[kept.length];
        int oldest = (int) (seen % kept.length);
        System.arraycopy(kept, oldest, ordered, 0, kept.length - oldest);
        System.arraycopy(kept, 0, ordered, kept.length - oldest, oldest);
        int start = 0;
        while (start < Math.min(3, ordered.length) && isContinuation(ordered[start])) {
            start++;
        }
        return new String(ordered, start, ordered.length - start, StandardCharsets.UTF_8);
    }

    private String headText() {
        int length = kept.length;
        int lead = length - 1;
        while (lead >= 0 && lead > length - 4 && isContinuation(kept[lead])) {
            lead--;
        }
        if (lead >= 0 && lead + sequenceLength(kept[lead]) > length) {
            length = lead;
        }
        return new String(kept, 0, length, StandardCharsets.UTF_8);
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xc0) == 0x80;
    }

    private static int sequenceLength(byte lead) {
        if ((lead & 0xe0) == 0xc0) {
            return 2;
        }
        if ((lead & 0xf0) == 0xe0) {
            return 3;
        }
        return (lead & 0xf8) == 0xf0 ? 4 : 1;
    }
}
