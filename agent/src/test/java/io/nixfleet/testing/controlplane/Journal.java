package io.nixfleet.testing.controlplane;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What came in, a line each as it does, whole even when the process is killed. A line begins with
 * the microseconds since 1970:
 *
 * <pre>
 * 1767225600000000 connected
 * 1767225600000000 closed
 * 1767225600000000 GET /api/v1/machines/web-1/desired-generation
 * 1767225600000000 POST /api/v1/machines/web-1/report {"machine_id": …}
 * </pre>
 *
 * Requests are written before they are answered.
 */
final class Journal {
    static final Journal NONE = new Journal(OutputStream.nullOutputStream());

    private final OutputStream out;

    private Journal(OutputStream out) {
        this.out = out;
    }

    /** Unbuffered: the kernel has each line when its event is over. */
    static Journal appendingTo(Path file) throws IOException {
        return new Journal(
                Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    void connected() {
        write("connected");
    }

    void closed() {
        write("closed");
    }

    void asked(HttpRequest request) {
        String body = request.body().replace('\n', ' ');
        write("%s %s %s".formatted(request.method(), request.target(), body).strip());
    }

    private synchronized void write(String event) {
        if (this == NONE) {
            return;
        }
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        try {
            out.write((now + " " + event + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
