package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.control.AgentStatus.FetchProgress;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Phase;
import java.time.Instant;
import java.util.List;

/** The deployment under way, how far it is, and what waits for its end. */
final class UnderWay {
    private static final List<Phase> WAY =
            List.of(
                    Phase.CHECKING,
                    Phase.FETCHING,
                    Phase.APPLYING,
                    Phase.VERIFYING,
                    Phase.REPORTING);
    private static final List<Phase> WAY_BACK = List.of(Phase.ROLLING_BACK, Phase.REPORTING);

    private final Markup page;
    private final Parts parts;

    UnderWay(Markup page, Instant now) {
        this.page = page;
        this.parts = new Parts(page, now);
    }

    void section(AgentStatus status) {
        if (status.deployment().isEmpty() && status.waiting().isEmpty()) {
            return;
        }
        parts.section("deployment", "Deployment under way", "wide");
        status.deployment().ifPresent(this::steps);
        if (status.phase() == Phase.FETCHING) {
            status.progress()
                    .ifPresentOrElse(
                            this::progress,
                            () -> parts.quiet("finding out what is missing, and who has it"));
        }
        page.open("dl");
        status.deployment().ifPresent(this::about);
        status.waiting().ifPresent(next -> parts.row("comes next", () -> parts.path(next)));
        page.close().close();
    }

    private void steps(Deployment deployment) {
        Phase phase = deployment.phase();
        boolean goesBack =
                phase == Phase.ROLLING_BACK
                        || (phase == Phase.REPORTING && deployment.reason().isPresent());
        List<Phase> way = goesBack ? WAY_BACK : WAY;
        page.open("ol", "class", "steps");
        for (Phase step : way) {
            String word = Words.plain(step.word());
            if (step == phase) {
                page.element("li", word, "class", "present " + step.word(), "aria-current", "step");
            } else {
                boolean past = way.indexOf(step) < way.indexOf(phase);
                page.element("li", word, "class", past ? "past" : "future");
            }
        }
        page.close();
    }

    private void progress(FetchProgress progress) {
        String percent = String.valueOf(percent(progress));
        page.open("div", "class", "fetch")
                .element(
                        "progress",
                        percent + " %",
                        "max",
                        "100",
                        "value",
                        percent,
                        "aria-label",
                        "fetched");
        page.open("p")
                .element("b", percent + " %")
                .text(": %d of ".formatted(progress.donePaths()))
                .text(Words.count(progress.paths(), "path"));
        if (progress.bytes() > 0) {
            long done = Math.min(progress.doneBytes(), progress.bytes());
            page.text(", " + Words.share(done, progress.bytes()));
        }
        page.close().close();
    }

    /** Of the bytes, or of the paths while no bytes are to be counted. */
    static long percent(FetchProgress progress) {
        if (progress.bytes() > 0) {
            return Math.min(100, (long) (100.0 * progress.doneBytes() / progress.bytes()));
        }
        return progress.paths() > 0
                ? Math.min(100, 100L * progress.donePaths() / progress.paths())
                : 100;
    }

    private void about(Deployment deployment) {
        DeployRequest request = deployment.request();
        parts.row("system", () -> parts.path(request.system()));
        parts.row(
                "asked for",
                () -> {
                    page.text(Words.how(request) + ", begun ");
                    parts.time(deployment.started());
                });
        request.cacheUrlWithoutSecrets()
                .ifPresent(url -> parts.row("from", () -> page.element("code", url.toString())));
        deployment.reason().ifPresent(why -> parts.row("because", () -> parts.message(why)));
        deployment
                .outcome()
                .ifPresent(end -> parts.row("outcome", () -> parts.message(end.message())));
    }
}
