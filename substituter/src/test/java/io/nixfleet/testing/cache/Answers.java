package io.nixfleet.testing.cache;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The answers that tests need, good and bad. */
public final class Answers {
    private Answers() {}

    public static Answer ok(byte[] body, String... headers) {
        return (_, wire) -> {
            wire.head(200, withLength(body.length, headers));
            wire.bytes(body);
        };
    }

    public static Answer ok(String body) {
        return ok(body.getBytes(StandardCharsets.UTF_8));
    }

    public static Answer status(int status, String... headers) {
        return (_, wire) -> wire.head(status, withLength(0, headers));
    }

    public static Answer redirect(int status, String location) {
        return status(status, "Location: " + location);
    }

    /** Answers and closes a connection that it never said it would close. */
    public static Answer okThenClose(byte[] body) {
        return (_, wire) -> {
            wire.head(200, withLength(body.length));
            wire.bytes(body);
            wire.close();
        };
    }

    /** Promises the whole body, sends that much of it, and closes. */
    public static Answer cutAfter(byte[] body, int sent, String... headers) {
        return (_, wire) -> {
            wire.head(200, withLength(body.length, headers));
            wire.bytes(body, 0, sent);
            wire.close();
        };
    }

    /** Like {@link #cutAfter}, with a reset. */
    public static Answer resetAfter(byte[] body, int sent) {
        return (_, wire) -> {
            wire.head(200, withLength(body.length));
            wire.bytes(body, 0, sent);
            wire.reset();
        };
    }

    public static Answer resetAtOnce() {
        return (_, wire) -> wire.reset();
    }

    public static Answer stallAfter(byte[] body, int sent, String... headers) {
        return (_, wire) -> {
            wire.head(200, withLength(body.length, headers));
            wire.bytes(body, 0, sent);
            wire.stall();
        };
    }

    public static Answer silence() {
        return (_, wire) -> wire.stall();
    }

    /** One byte after the other, that many milliseconds apart. */
    public static Answer drip(byte[] body, long millis) {
        return (_, wire) -> {
            wire.head(200, withLength(body.length));
            for (int i = 0; i < body.length && !wire.pause(millis); i++) {
                wire.bytes(body, i, 1);
            }
        };
    }

    public static Answer endlessHeaders() {
        return (_, wire) -> {
            wire.text("HTTP/1.1 200 OK\r\n");
            while (!wire.pause(0)) {
                wire.text("X-More: " + "x".repeat(1000) + "\r\n");
            }
        };
    }

    public static Answer endlessBody() {
        return (_, wire) -> {
            wire.head(200);
            wire.close();
            var piece = new byte[16 * 1024];
            while (!wire.pause(0)) {
                wire.bytes(piece);
            }
        };
    }

    public static Answer noHttpAtAll() {
        return (_, wire) -> {
            wire.text("SSH-2.0-OpenSSH_9.9\r\n\r\n");
            wire.close();
        };
    }

    public static Answer wrongLength(byte[] body, int claimed) {
        return (_, wire) -> {
            wire.head(200, withLength(claimed));
            wire.bytes(body);
            wire.close();
        };
    }

    /** In chunks of that size. */
    public static Answer chunked(byte[] body, int chunk, String... headers) {
        return (_, wire) -> {
            wire.head(200, with("Transfer-Encoding: chunked", headers));
            for (int i = 0; i < body.length; i += chunk) {
                int length = Math.min(chunk, body.length - i);
                wire.text(Integer.toHexString(length) + "\r\n");
                wire.bytes(body, i, length);
                wire.text("\r\n");
            }
            wire.text("0\r\n\r\n");
        };
    }

    /** Without a length: the end of the connection is the end of the body. */
    public static Answer untilClose(byte[] body) {
        return (_, wire) -> {
            wire.head(200, "Connection: close");
            wire.bytes(body);
            wire.close();
        };
    }

    /** Takes Range as asked and sends at most {@code most} bytes before it closes. */
    public static Answer ranged(byte[] body, int most, String... headers) {
        return (request, wire) -> {
            String range = request.header("Range");
            int from =
                    range.isEmpty()
                            ? 0
                            : Integer.parseInt(
                                    range.substring("bytes=".length(), range.length() - 1));
            int sent = Math.min(most, body.length - from);
            if (range.isEmpty()) {
                wire.head(200, withLength(body.length, headers));
            } else {
                String contentRange =
                        "Content-Range: bytes %d-%d/%d"
                                .formatted(from, body.length - 1, body.length);
                wire.head(206, withLength(body.length - from, with(contentRange, headers)));
            }
            wire.bytes(body, from, sent);
            if (from + sent < body.length) {
                wire.close();
            }
        };
    }

    private static String[] withLength(int length, String... headers) {
        return with("Content-Length: " + length, headers);
    }

    private static String[] with(String header, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = header;
        return all;
    }
}
