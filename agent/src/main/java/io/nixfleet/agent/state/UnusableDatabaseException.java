package io.nixfleet.agent.state;

/** A database that must give way to a fresh one; the message says why. */
final class UnusableDatabaseException extends Exception {
    /** Why, as the name of the file moved aside has it. */
    enum Kind {
        CORRUPT("corrupt"),
        NEWER("newer"),
        FOREIGN("foreign");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    private final Kind kind;

    UnusableDatabaseException(Kind kind, String why) {
        super(why);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
