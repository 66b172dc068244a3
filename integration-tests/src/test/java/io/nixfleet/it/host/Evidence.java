package io.nixfleet.it.host;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What the hosts of a failed test leave behind, for people. */
public final class Evidence {
    private Evidence() {}

    /** The folder of a test. */
    public static Path of(ExtensionContext context) {
        return Path.of(
                System.getProperty("nixfleet.evidence.dir", "target/hosts"),
                context.getRequiredTestClass().getSimpleName(),
                context.getDisplayName().replaceAll("[^A-Za-z0-9]+", "-"));
    }
}
