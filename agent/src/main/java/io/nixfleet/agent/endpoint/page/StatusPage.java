package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.deploy.HistoryEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The page of an agent at one moment. */
public final class StatusPage {
    /** How many deployments it shows. */
    public static final int DEPLOYMENTS = 10;

    private static final String BUSY_PAUSE = "1000";
    private static final String IDLE_PAUSE = "5000";

    private StatusPage() {}

    /** Read when the first page is asked for: most agents are never looked at. */
    private static final class Loaded {
        static final Skeleton SKELETON = Skeleton.read();
    }

    /**
     * What is shown.
     *
     * @param history the latest deployments, newest first
     * @param notAlive why the agent does nothing more, if so
     */
    public record Shown(
            AgentStatus status,
            List<HistoryEntry> history,
            Optional<String> notAlive,
            Instant now) {
        public Shown {
            history = List.copyOf(history);
        }
    }

    /** What browsers are told besides the page. */
    public static Map<String, String> headers() {
        return Map.of(
                "Content-Security-Policy", Loaded.SKELETON.policy(),
                "X-Content-Type-Options", "nosniff",
                "X-Frame-Options", "DENY",
                "Referrer-Policy", "no-referrer",
                "Cross-Origin-Resource-Policy", "same-origin");
    }

    public static String html(Shown shown) {
        var verdict = Verdict.of(shown.status(), shown.notAlive());
        String progress =
                shown.status()
                        .progress()
                        .filter(_ -> verdict.tone() == Tone.BUSY)
                        .map(fetch -> " %d %%".formatted(UnderWay.percent(fetch)))
                        .orElse("");
        String title =
                new Markup()
                        .text(verdict.word() + progress + " · " + shown.status().machineId())
                        .toString();
        return Loaded.SKELETON.around(title, content(shown, verdict, Loaded.SKELETON.edition()));
    }

    /** What the script replaces; see page.js for the attributes. */
    static String content(Shown shown, Verdict verdict, String edition) {
        AgentStatus status = shown.status();
        var page = new Markup();
        page.open(
                "div",
                "id",
                "page",
                "data-edition",
                edition,
                "data-pause",
                status.deployment().isPresent() ? BUSY_PAUSE : IDLE_PAUSE,
                "data-moment",
                Words.moment(shown.now()));
        var overview = new Overview(page, status, shown.now());
        var tables = new Tables(page, shown.now());
        overview.header(verdict);
        page.open("main");
        overview.alarms(shown.notAlive());
        new UnderWay(page, shown.now()).section(status);
        overview.systems();
        overview.controlPlane();
        tables.health(status.health());
        tables.caches(status.caches());
        tables.refused(status.refused());
        tables.deployments(shown.history());
        page.close();
        footer(page);
        return page.close().toString();
    }

    private static void footer(Markup page) {
        page.open("footer", "class", "quiet").text("For machines: ");
        for (String path : List.of("v1/status", "v1/history", "metrics", "healthz", "readyz")) {
            page.element("a", path, "href", path).text(" ");
        }
        page.close();
    }
}
