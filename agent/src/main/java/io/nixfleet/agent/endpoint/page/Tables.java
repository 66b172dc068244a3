package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.control.CacheState;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.HistoryEntry;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.deploy.Refusal;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What there is several of: checks, caches, deployments, refused systems. */
final class Tables {
    private final Markup page;
    private final Parts parts;

    Tables(Markup page, Instant now) {
        this.page = page;
        this.parts = new Parts(page, now);
    }

    void health(Optional<HealthReport> health) {
        parts.section("health", "Health checks", "half");
        if (health.isEmpty()) {
            parts.quiet("none was made since the agent's start");
            page.close();
            return;
        }
        List<CheckResult> results = health.get().results();
        long failed = results.stream().filter(CheckResult.Fail.class::isInstance).count();
        page.open("p");
        if (failed == 0) {
            Tone.GOOD.badge(page, Words.count(results.size(), "check") + " passed");
        } else {
            Tone.BAD.badge(
                    page,
                    "%d of %s failed".formatted(failed, Words.count(results.size(), "check")));
        }
        page.text(" ");
        parts.time(health.get().timestamp());
        page.close();
        if (!results.isEmpty()) {
            parts.table("health", List.of("check", "result", "took"));
            results.forEach(this::check);
            page.close().close();
        }
        page.close();
    }

    private void check(CheckResult result) {
        page.open("tr").element("th", result.checkName(), "scope", "row").open("td");
        switch (result) {
            case CheckResult.Pass _ -> Tone.GOOD.badge(page, "passed");
            case CheckResult.Fail(_, _, String message) -> {
                Tone.BAD.badge(page, "failed");
                parts.message(message);
            }
        }
        page.close().element("td", Words.span(result.duration()), "class", "figure").close();
    }

    void caches(List<CacheState> caches) {
        parts.section("caches", "Caches", "half");
        if (caches.isEmpty()) {
            parts.quiet("none is configured, and no deployment has named one");
        } else {
            parts.table("caches", List.of("cache", "latest fetch", "paths"));
            caches.forEach(this::cache);
            page.close().close();
        }
        page.close();
    }

    private void cache(CacheState cache) {
        page.open("tr").element("th", cache.name(), "scope", "row").open("td");
        switch (cache.standing()) {
            case NOT_ASKED -> Tone.QUIET.badge(page, "not asked yet");
            case FINE -> Tone.GOOD.badge(page, "no trouble");
            case TROUBLED -> Tone.WARNING.badge(page, "trouble");
            case SET_ASIDE -> Tone.BAD.badge(page, "set aside");
        }
        cache.asked()
                .ifPresent(
                        when -> {
                            page.text(" ");
                            parts.time(when);
                        });
        if (cache.failedPaths() > 0) {
            parts.quiet(Words.count(cache.failedPaths(), "path") + " failed");
        }
        if (cache.retries() > 0) {
            parts.quiet("asked again " + Words.count(cache.retries(), "time"));
        }
        cache.problem().ifPresent(parts::message);
        page.close().element("td", String.valueOf(cache.fetchedPaths()), "class", "figure").close();
    }

    void deployments(List<HistoryEntry> history) {
        parts.section("deployments", "Last deployments", "wide");
        if (history.isEmpty()) {
            parts.quiet("none is over yet");
        } else {
            parts.table("deployments", List.of("ended", "outcome", "system"));
            history.forEach(this::deployment);
            page.close().close();
        }
        page.close();
    }

    private void deployment(HistoryEntry entry) {
        DeployRequest request = entry.request();
        page.open("tr").open("td");
        parts.time(entry.ended());
        page.close().open("td");
        tone(entry.outcome()).badge(page, Words.plain(entry.outcome().word()));
        page.close().open("td");
        parts.path(request.system());
        parts.quiet(
                "%s, took %s"
                        .formatted(
                                Words.how(request),
                                Words.span(Duration.between(entry.started(), entry.ended()))));
        if (!entry.outcome().message().equals(entry.outcome().word())) {
            parts.message(entry.outcome().message());
        }
        page.close().close();
    }

    private static Tone tone(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Deployed _, Outcome.AlreadyRunning _ -> Tone.GOOD;
            case Outcome.DryRun _, Outcome.Superseded _ -> Tone.QUIET;
            case Outcome.RolledBack _ -> Tone.WARNING;
            case Outcome.Failed _, Outcome.RollbackFailed _ -> Tone.BAD;
        };
    }

    void refused(List<Refusal> refused) {
        if (refused.isEmpty()) {
            return;
        }
        parts.section("refused", "Refused systems", "wide");
        parts.table("refused", List.of("since", "system"));
        for (Refusal refusal : refused) {
            page.open("tr").open("td");
            parts.time(refusal.since());
            page.close().open("td");
            parts.path(refusal.system());
            parts.message(refusal.reason());
            page.close().close();
        }
        page.close().close();
        page.open("p", "class", "quiet")
                .text("Until another system is wanted, or someone says there: ")
                .element("code", "nixfleet-agent retry")
                .close()
                .close();
    }
}
