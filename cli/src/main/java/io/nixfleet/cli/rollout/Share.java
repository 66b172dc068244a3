package io.nixfleet.cli.rollout;

import io.nixfleet.nix.encoding.FormatException;
import java.util.regex.Pattern;

/**
 * A number of machines: {@code 3}, or {@code 25%} of some, rounded up.
 *
 * @param text as it was written
 */
public record Share(String text) {
    private static final Pattern FORM = Pattern.compile("\\d{1,6}|(100|\\d{1,2})(\\.\\d{1,3})?%");

    /**
     * Reads one.
     *
     * @param option that says it, for messages
     * @throws FormatException when it is neither
     */
    public static Share parse(String option, String text) {
        if (!FORM.matcher(text).matches() || text.startsWith("100.")) {
            throw new FormatException(
                    "%s: %s is neither a number of machines nor a percentage up to 100%%"
                            .formatted(option, FormatException.excerpt(text)));
        }
        return new Share(text);
    }
}
