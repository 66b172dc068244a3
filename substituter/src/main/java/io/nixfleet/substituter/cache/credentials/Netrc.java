package io.nixfleet.substituter.cache.credentials;

import io.nixfleet.nix.encoding.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The logins of a netrc file as curl, and so Nix, reads it: {@code machine H login U password P},
 * {@code default login …}, {@code #} comments, double-quoted values; {@code macdef} is skipped.
 * Immutable.
 */
public final class Netrc {
    public static final Netrc EMPTY = new Netrc(List.of());

    private final List<Entry> entries;

    private Netrc(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads a netrc file's text. Messages name lines, never what stands there.
     *
     * @param source the file's name, for messages
     * @throws FormatException when a key has no value or is unknown, or a quote is not closed
     */
    public static Netrc parse(String text, String source) {
        var reader = new NetrcReader(text, source);
        var entries = new ArrayList<EntryBuilder>();
        for (var key = reader.key(); key.isPresent(); key = reader.key()) {
            switch (key.get()) {
                case "machine" -> entries.add(new EntryBuilder(lower(reader.value("machine"))));
                case "default" -> entries.add(new EntryBuilder(null));
                case "login" -> last(entries, reader).user = reader.value("login");
                case "password" -> last(entries, reader).password = reader.value("password");
                case "account" -> reader.skipValue("account");
                default ->
                        throw reader.malformed(
                                "expected machine, default, login or password;"
                                        + " values with blanks need double quotes");
            }
        }
        return new Netrc(entries.stream().map(EntryBuilder::build).toList());
    }

    private static EntryBuilder last(List<EntryBuilder> entries, NetrcReader reader) {
        if (entries.isEmpty()) {
            throw reader.malformed("the file does not begin with machine or default");
        }
        return entries.getLast();
    }

    /** The login for a host whatever its port: the first entry that fits, {@code default} too. */
    public Optional<Credentials.Basic> find(String host) {
        return entries.stream()
                .filter(entry -> entry.isDefault() || entry.names(host))
                .map(Entry::login)
                .findFirst();
    }

    /** The login for a host that the file names; {@code default} does not count. */
    public Optional<Credentials.Basic> findNamed(String host) {
        return entries.stream().filter(entry -> entry.names(host)).map(Entry::login).findFirst();
    }

    private static String lower(String host) {
        return host.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return "netrc of %d entries".formatted(entries.size());
    }

    private record Entry(@Nullable String host, Credentials.Basic login) {
        boolean isDefault() {
            return host == null;
        }

        boolean names(String other) {
            return lower(other).equals(host);
        }
    }

    private static final class EntryBuilder {
        private final @Nullable String host;
        private String user = "";
        private String password = "";

        EntryBuilder(@Nullable String host) {
            this.host = host;
        }

        Entry build() {
            return new Entry(host, new Credentials.Basic(user, Secret.of(password)));
        }
    }
}
