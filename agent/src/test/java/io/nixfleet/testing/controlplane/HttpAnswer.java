package io.nixfleet.testing.controlplane;

import java.nio.charset.StandardCharsets;

/** An answer to write. */
record HttpAnswer(int status, String contentType, String body) {
    static HttpAnswer json(String body) {
        return json(200, body);
    }

    static HttpAnswer json(int status, String body) {
        return new HttpAnswer(status, "application/json", body);
    }

    static HttpAnswer text(int status, String body) {
        return new HttpAnswer(status, "text/plain; charset=utf-8", body);
    }

    static HttpAnswer empty(int status) {
        return new HttpAnswer(status, "", "");
    }

    byte[] head() {
        String type = contentType.isEmpty() ? "" : "content-type: " + contentType + "\r\n";
        return "HTTP/1.1 %d %s\r\n%scontent-length: %d\r\n\r\n"
                .formatted(
                        status,
                        status < 400 ? "OK" : "Refused",
                        type,
                        body.getBytes(StandardCharsets.UTF_8).length)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
