package io.nixfleet.agent.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** An HTTP/1.1 response of a server that tells the body's length and then closes, as ours does. */
record HttpReply(int status, String body) {
    private static final String LENGTH = "content-length:";

    /**
     * @throws IOException when it is something else, or was cut short
     */
    static HttpReply parse(byte[] bytes) throws IOException {
        int bodyStart = endOfHead(bytes);
        String[] lines =
                new String(bytes, 0, bodyStart, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        if (!lines[0].matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new IOException("what answers there is no agent");
        }
        int status = Integer.parseInt(lines[0].substring(9, 12));
        byte[] body = Arrays.copyOfRange(bytes, bodyStart, bytes.length);
        if (body.length != length(lines)) {
            throw new IOException("its answer was cut short");
        }
        return new HttpReply(status, new String(body, StandardCharsets.UTF_8));
    }

    private static int endOfHead(byte[] bytes) throws IOException {
        for (int i = 3; i < bytes.length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
                return i + 1;
            }
        }
        throw new IOException("its answer was cut short");
    }

    private static long length(String[] lines) throws IOException {
        for (String line : lines) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith(LENGTH)) {
                try {
                    return Long.parseLong(lower.substring(LENGTH.length()).strip());
                } catch (NumberFormatException e) {
                    throw new IOException("what answers there is no agent", e);
                }
            }
        }
        throw new IOException("what answers there is no agent");
    }
}
