package io.nixfleet.it.report;

import java.nio.file.Path;

/** Where this run keeps its timelines, and the page of them beside. */
public final class RunDirectory {
    private RunDirectory() {}

    /**
     * Adds a timeline, and makes the page anew: a run that is cut short has one, too.
     *
     * @throws java.io.UncheckedIOException when they cannot be written
     */
    public static synchronized void add(Timeline timeline) {
        Path directory = Path.of(System.getProperty("nixfleet.report.dir", "target/fleet"));
        Path timelines = directory.resolve("timelines");
        timeline.write(timelines);
        RunReport.write(timelines, directory.resolve("report.html"));
    }
}
