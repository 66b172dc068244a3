package io.nixfleet.substituter.cache.credentials;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Supplier;

/** What a request carries to be let in. */
public sealed interface Credentials {
    /** A user's name and password, as HTTP Basic. */
    record Basic(String user, Secret password) implements Credentials {
        @Override
        public String authorization() {
            byte[] pair = (user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(pair);
        }

        @Override
        public String toString() {
            return "Basic[***]";
        }
    }

    /** A token, asked for at every request, so that a renewed one counts at once. */
    record Bearer(Supplier<Secret> token) implements Credentials {
        @Override
        public String authorization() {
            return "Bearer " + token.get().reveal();
        }

        @Override
        public String toString() {
            return "Bearer[***]";
        }
    }

    /** The value of the {@code Authorization} header: a secret. */
    String authorization();
}
