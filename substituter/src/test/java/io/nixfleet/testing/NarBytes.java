package io.nixfleet.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Composes NARs string by string, wrong ones too. */
public final class NarBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** An archive of these strings, the magic one in front. */
    public static byte[] of(String... strings) {
        var nar = new NarBytes().string("nix-archive-1");
        for (String string : strings) {
            nar.string(string);
        }
        return nar.toByteArray();
    }

    /** Adds a string, one character for each byte, padded. */
    public NarBytes string(String text) {
        byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
        length(content.length);
        bytes.writeBytes(content);
        while (bytes.size() % 8 != 0) {
            bytes.write(0);
        }
        return this;
    }

    /** Adds strings. */
    public NarBytes strings(String... texts) {
        for (String text : texts) {
            string(text);
        }
        return this;
    }

    /** Adds a length alone. */
    public NarBytes length(long length) {
        for (int i = 0; i < 8; i++) {
            bytes.write((int) (length >>> (8 * i)));
        }
        return this;
    }

    /** Adds bytes as they are, one for each character. */
    public NarBytes raw(String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    public byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
