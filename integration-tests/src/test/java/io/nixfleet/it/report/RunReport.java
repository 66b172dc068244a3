package io.nixfleet.it.report;

import io.nixfleet.agent.markup.MarkupText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The page of a run: one file of HTML, which needs no other. A file that is no recording is named
 * on the page.
 */
public final class RunReport {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    private record Damaged(String file, String why) {}

    private final List<Recording> recordings = new ArrayList<>();
    private final List<Damaged> damaged = new ArrayList<>();

    private RunReport() {}

    /**
     * Writes the page of all timelines in a folder, in the order of their starts. The system
     * property {@code nixfleet.commit} says of which commit, if it is set.
     *
     * @param page its directory is made if it is not there
     */
    public static void write(Path timelines, Path page) {
        try {
            String html =
                    of(timelines).page(Optional.ofNullable(System.getProperty("nixfleet.commit")));
            Files.createDirectories(
                    Objects.requireNonNull(page.toAbsolutePath().getParent(), "page is a root"));
            RecordingFile.replace(page, html.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RunReport of(Path timelines) throws IOException {
        var report = new RunReport();
        for (Path file : RecordingFile.in(timelines)) {
            try {
                report.recordings.add(RecordingFile.read(file));
            } catch (IOException e) {
                report.damaged.add(
                        new Damaged(file.getFileName().toString(), String.valueOf(e.getMessage())));
            }
        }
        report.recordings.sort(Comparator.comparing(Recording::start));
        return report;
    }

    String page(Optional<String> commit) throws IOException {
        var page = new Markup();
        page.trusted("<!DOCTYPE html>\n").open("html", "lang", "en").open("head");
        page.single("meta", "charset", "utf-8");
        page.single("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        page.single("meta", "name", "color-scheme", "content", "light dark");
        page.single(
                "meta",
                "http-equiv",
                "Content-Security-Policy",
                "content",
                "default-src 'none'; style-src 'unsafe-inline'");
        page.element("title", "Fleet scenarios: " + verdict());
        page.open("style").trusted(resource("report.css")).close().close();
        page.open("body").trusted(resource("patterns.svg")).open("main");
        header(page, commit);
        damaged(page);
        for (int i = 0; i < recordings.size(); i++) {
            new Section(recordings.get(i), id(i)).write(page);
        }
        return page.close().close().close().toString();
    }

    private static String id(int index) {
        return "s" + (index + 1);
    }

    private void header(Markup page, Optional<String> commit) {
        page.open("header").element("h1", "Fleet scenarios");
        page.element("p", verdict(), "class", "verdict");
        Duration took =
                recordings.stream().map(Recording::length).reduce(Duration.ZERO, Duration::plus);
        String when =
                recordings.isEmpty() ? "" : DATE.format(recordings.getFirst().start()) + " · ";
        page.open("p", "class", "quiet");
        page.text(when + "the scenarios took " + Scale.written(took));
        commit.ifPresent(
                name -> page.text(" · commit ").element("code", MarkupText.clean(name, 64)));
        page.close();
        if (!recordings.isEmpty()) {
            contents(page);
        }
        page.close();
    }

    private String verdict() {
        if (recordings.isEmpty()) {
            return "no scenarios";
        }
        var verdict =
                new StringBuilder(
                        recordings.size() == 1
                                ? "1 scenario: "
                                : recordings.size() + " scenarios: ");
        verdict.append(count("passed"))
                .append(" passed, ")
                .append(count("failed"))
                .append(" failed");
        if (count("unfinished") > 0) {
            verdict.append(", ").append(count("unfinished")).append(" unfinished");
        }
        if (!damaged.isEmpty()) {
            verdict.append(", ").append(damaged.size()).append(" unreadable");
        }
        return verdict.toString();
    }

    private long count(String word) {
        return recordings.stream()
                .filter(recording -> recording.outcome().word().equals(word))
                .count();
    }

    private void contents(Markup page) {
        page.open("nav", "class", "wide", "aria-label", "Scenarios")
                .open("table")
                .open("thead")
                .open("tr");
        page.element("th", "result").element("th", "scenario");
        for (String figure : List.of("time", "hosts", "faults")) {
            page.element("th", figure, "class", "right");
        }
        page.close().close().open("tbody");
        for (int i = 0; i < recordings.size(); i++) {
            new Section(recordings.get(i), id(i)).entry(page);
        }
        page.close().close().close();
    }

    private void damaged(Markup page) {
        if (damaged.isEmpty()) {
            return;
        }
        page.open("section", "class", "damaged").element("h2", "Files that are no recordings");
        page.open("ul");
        for (Damaged file : damaged) {
            page.open("li").element("code", MarkupText.clean(file.file(), Timeline.MAX_TEXT));
            page.text(": " + MarkupText.clean(file.why(), Timeline.MAX_TEXT)).close();
        }
        page.close().close();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(RunReport.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
