package io.nixfleet.cli.rollout;

import io.nixfleet.nix.encoding.FormatException;
import java.math.BigDecimal;
import java.math.RoundingMode;
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

    /** How many that are: of so many, if it is a percentage. */
    public int of(int machines) {
        if (!text.endsWith("%")) {
            return Integer.parseInt(text);
        }
        // Exact: a floating 7% of 100 would be rounded up to 8.
        return new BigDecimal(text.substring(0, text.length() - 1))
                .multiply(BigDecimal.valueOf(machines))
                .movePointLeft(2)
                .setScale(0, RoundingMode.CEILING)
                .intValueExact();
    }
}
