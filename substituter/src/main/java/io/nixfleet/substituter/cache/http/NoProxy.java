package io.nixfleet.substituter.cache.http;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The hosts that are reached directly, as curl, and so Nix, reads {@code no_proxy}: names with all
 * below them, addresses, blocks of addresses, or {@code *} for every host; parted by commas or
 * blanks.
 */
final class NoProxy {
    private final boolean everything;
    private final List<String> tokens;

    private NoProxy(boolean everything, List<String> tokens) {
        this.everything = everything;
        this.tokens = List.copyOf(tokens);
    }

    static NoProxy parse(String list) {
        List<String> tokens =
                Stream.of(list.split("[,\\s]+", -1))
                        .filter(token -> !token.isEmpty())
                        .map(token -> token.toLowerCase(Locale.ROOT))
                        .toList();
        // curl takes the asterisk alone, not as one of several.
        return new NoProxy(list.strip().equals("*"), tokens);
    }

    /**
     * @param host of a URL; an IPv6 address may be in brackets
     */
    boolean covers(String host) {
        if (everything) {
            return true;
        }
        String bare = withoutBrackets(host);
        Optional<InetAddress> address = literal(bare);
        if (address.isPresent()) {
            return tokens.stream().anyMatch(token -> isIn(address.get(), token));
        }
        String name = withoutFinalDot(bare.toLowerCase(Locale.ROOT));
        return tokens.stream().anyMatch(token -> isBelow(name, token));
    }

    private static boolean isBelow(String name, String token) {
        String domain = withoutFinalDot(token.startsWith(".") ? token.substring(1) : token);
        return !domain.isEmpty() && (name.equals(domain) || name.endsWith("." + domain));
    }

    private static boolean isIn(InetAddress address, String token) {
        int slash = token.indexOf('/');
        Optional<InetAddress> block =
                literal(withoutBrackets(slash < 0 ? token : token.substring(0, slash)));
        if (block.isEmpty()) {
            return false;
        }
        byte[] ours = address.getAddress();
        byte[] theirs = block.get().getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        int all = ours.length * 8;
        int bits = slash < 0 ? all : bits(token.substring(slash + 1), all);
        return bits >= 0 && sameStart(ours, theirs, bits);
    }

    private static int bits(String text, int most) {
        try {
            int bits = Integer.parseInt(text);
            return bits > most ? -1 : bits;
        } catch (NumberFormatException _) {
            return -1;
        }
    }

    private static boolean sameStart(byte[] a, byte[] b, int bits) {
        for (int bit = 0; bit < bits; bit++) {
            if (((a[bit / 8] ^ b[bit / 8]) & (0x80 >> bit % 8)) != 0) {
                return false;
            }
        }
        return true;
    }

    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    private static String withoutFinalDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
