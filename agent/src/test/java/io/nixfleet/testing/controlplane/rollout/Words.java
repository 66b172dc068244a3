package io.nixfleet.testing.controlplane.rollout;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Constants as the API writes them: in lower case. */
public final class Words {
    private Words() {}

    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    public static <E extends Enum<E>> Optional<E> parse(Class<E> type, String word) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> of(constant).equals(word))
                .findFirst();
    }
}
