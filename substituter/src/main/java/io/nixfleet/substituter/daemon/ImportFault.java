package io.nixfleet.substituter.daemon;

import java.util.List;
import java.util.Locale;

/**
 * What was at fault when a daemon refused an import. The protocol has nothing but text to tell them
 * apart; these are the words of Nix 2.4 to 2.34 ({@code local-store.cc}, {@code archive.cc}, {@code
 * serialise.cc}). Anything else counts as the store's own failure.
 */
enum ImportFault {
    /** The bytes or what was said of them. */
    CONTENT,
    /** Nobody whom the daemon trusts signed. */
    SIGNATURE,
    /** A reference is not valid. */
    REFERENCE,
    /** Anything else. */
    STORE;

    private static final List<String> SIGNATURE_WORDS =
            List.of("lacks a valid signature", "lacks a signature by a trusted key");
    private static final List<String> CONTENT_WORDS =
            List.of(
                    "hash mismatch importing path",
                    "size mismatch importing path",
                    "ca hash mismatch importing path",
                    "reached end of framedsource",
                    "bad archive",
                    "nix archive",
                    "nar directory is not sorted",
                    "nar contains invalid file name",
                    "invalid file name",
                    "unexpected end-of-file",
                    "unexpected eof",
                    "expected tag",
                    "expected string",
                    "non-zero padding",
                    "string is too long");

    static ImportFault of(String daemonMessage) {
        String message = daemonMessage.toLowerCase(Locale.ROOT);
        if (SIGNATURE_WORDS.stream().anyMatch(message::contains)) {
            return SIGNATURE;
        }
        if (CONTENT_WORDS.stream().anyMatch(message::contains)) {
            return CONTENT;
        }
        return message.startsWith("path '") && message.contains("' is not valid")
                ? REFERENCE
                : STORE;
    }
}
