package io.nixfleet.agent.logging;

import java.util.logging.LogManager;

/**
 * A log that lasts until the process ends: Java's own takes its handlers away as soon as a signal
 * comes, and what the agent does to end well would never be heard of.
 */
public final class LastingLogManager extends LogManager {
    /** Called by java.util.logging, by the name in its system property. */
    public LastingLogManager() {}

    /** Nobody but the JVM's shutdown asks for it. */
    @Override
    public void reset() {}
}
