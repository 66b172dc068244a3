package io.nixfleet.testing.controlplane.rollout;

/** A number of machines: {@code "3"}, or {@code "25%"} of some, rounded up. */
public record Share(String text, double amount, boolean percent) {
    /** Refuses, with 400, what is neither; {@code what} names it. */
    public static Share parse(String what, String text) {
        boolean percent = text.endsWith("%");
        try {
            double amount =
                    percent
                            ? Double.parseDouble(text.substring(0, text.length() - 1))
                            : Integer.parseInt(text);
            if (amount >= 0 && (!percent || amount <= 100)) {
                return new Share(text, amount, percent);
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw Refusal.bad("%s must be a number or a percentage, not \"%s\"".formatted(what, text));
    }

    public int of(int machines) {
        return (int) (percent ? Math.ceil(machines * amount / 100) : amount);
    }
}
