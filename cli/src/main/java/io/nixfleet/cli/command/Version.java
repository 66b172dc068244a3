package io.nixfleet.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote down. */
final class Version implements IVersionProvider {
    private static final String RESOURCE = "/io/nixfleet/cli/version.properties";

    static String current() {
        try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the build left out " + RESOURCE);
            }
            var properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new IllegalStateException("reading " + RESOURCE, e);
        }
    }

    /** How we name ourselves to servers. */
    static String userAgent() {
        return "nixfleet/" + current();
    }

    @Override
    public String[] getVersion() {
        return new String[] {"nixfleet " + current()};
    }
}
