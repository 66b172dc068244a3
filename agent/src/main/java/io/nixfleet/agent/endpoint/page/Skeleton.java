package io.nixfleet.agent.endpoint.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/**
 * What is the same on every page: the frame, the style sheet and the script, and a policy that
 * allows just these and nothing of anywhere else.
 */
final class Skeleton {
    private static final String TITLE = "[[title]]";
    private static final String CONTENT = "[[content]]";

    private final String head;
    private final String middle;
    private final String foot;
    private final String policy;
    private final String edition;

    private Skeleton(String frame, String style, String script) {
        String filled = frame.replace("[[style]]", style).replace("[[script]]", script);
        int title = filled.indexOf(TITLE);
        int content = filled.indexOf(CONTENT, title);
        head = filled.substring(0, title);
        middle = filled.substring(title + TITLE.length(), content);
        foot = filled.substring(content + CONTENT.length());
        policy =
                String.join(
                        "; ",
                        "default-src 'none'",
                        "style-src 'sha256-%s'".formatted(hash(style)),
                        "script-src 'sha256-%s'".formatted(hash(script)),
                        "connect-src 'self'",
                        // The icon.
                        "img-src data:",
                        "base-uri 'none'",
                        "form-action 'none'",
                        "frame-ancestors 'none'",
                        "require-trusted-types-for 'script'",
                        "trusted-types 'none'");
        edition = hash(filled);
    }

    static Skeleton read() {
        return new Skeleton(resource("page.html"), resource("page.css"), resource("page.js"));
    }

    String policy() {
        return policy;
    }

    /**
     * Another one, when the agent was replaced, comes with another script: the page must reload.
     */
    String edition() {
        return edition;
    }

    /**
     * A whole page.
     *
     * @param title as a text of {@link Markup}
     */
    String around(String title, String content) {
        return head + title + middle + content + foot;
    }

    private static String hash(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in =
                Objects.requireNonNull(Skeleton.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
