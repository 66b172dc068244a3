package io.nixfleet.testing.controlplane;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 on one connection, as far as the contract's clients use it. */
final class Wire {
    private static final int LINE_LIMIT = 16 * 1024;
    private static final int BODY_LIMIT = 2 << 20;
    private static final int TLS_HANDSHAKE = 0x16;

    private final InputStream in;
    private final OutputStream out;

    Wire(Socket socket) throws IOException {
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** The next request; none when the client is through, or speaks TLS here. */
    Optional<HttpRequest> read() throws IOException {
        in.mark(1);
        int first = in.read();
        in.reset();
        if (first == TLS_HANDSHAKE) {
            write(HttpAnswer.text(400, "this is not https"));
            return Optional.empty();
        }
        String start = line();
        if (start == null) {
            return Optional.empty();
        }
        String[] words = start.split(" ", -1);
        if (words.length != 3) {
            throw new IOException("not a request line: " + start);
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = line(); line != null && !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new IOException("not a header: " + line);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        if (length > BODY_LIMIT) {
            throw new IOException("a body of " + length + " bytes");
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return Optional.of(new HttpRequest(words[0], words[1], headers, body));
    }

    private @Nullable String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > LINE_LIMIT) {
                return null;
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    void write(HttpAnswer answer) throws IOException {
        out.write(answer.head());
        out.write(answer.body().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    void writeRaw(String bytes) throws IOException {
        out.write(bytes.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** The head and the first half of the body. */
    void writeHalf(HttpAnswer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        out.write(answer.head());
        out.write(body, 0, body.length / 2);
        out.flush();
    }
}
