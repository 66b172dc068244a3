package io.nixfleet.substituter.daemon;

/** How an import ended that the daemon did not refuse. */
sealed interface ImportResult {
    record Imported() implements ImportResult {}

    /** The stream threw; nothing was imported. */
    record StreamFailed(Exception failure) implements ImportResult {}
}
