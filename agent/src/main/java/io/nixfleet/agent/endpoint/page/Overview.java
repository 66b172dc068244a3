package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.nix.store.StorePath;
import java.time.Instant;
import java.util.Optional;

/** Who the agent is, what needs a person, what runs, and who says what should. */
final class Overview {
    private final Markup page;
    private final Parts parts;
    private final AgentStatus status;
    private final Instant now;

    Overview(Markup page, AgentStatus status, Instant now) {
        this.page = page;
        this.parts = new Parts(page, now);
        this.status = status;
        this.now = now;
    }

    void header(Verdict verdict) {
        page.open("header").element("h1", status.machineId());
        page.open("p", "class", "verdict", "role", "status");
        verdict.tone().badge(page, verdict.word());
        page.text(" This machine " + verdict.sentence() + ".").close();
        page.open("p", "class", "quiet")
                .text(
                        "nixfleet-agent %s, up %s · as of "
                                .formatted(status.version(), Words.span(status.uptime())))
                .element("time", Words.moment(now), "datetime", Words.iso(now))
                .close()
                .close();
    }

    /** What only a person can mend, and how. */
    void alarms(Optional<String> notAlive) {
        notAlive.ifPresent(
                why ->
                        alarm(
                                "hangs",
                                "The agent hangs",
                                why,
                                "Only a restart helps, which systemd's watchdog brings, too:",
                                "systemctl restart nixfleet-agent"));
        status.needsAttention()
                .ifPresent(
                        why ->
                                alarm(
                                        "attention",
                                        "This machine needs a person",
                                        why,
                                        "The agent leaves it alone until someone has looked at it,"
                                                + " put it right, and said there:",
                                        "nixfleet-agent retry"));
    }

    private void alarm(String id, String heading, String why, String remedy, String command) {
        parts.section(id, heading, "wide alarm");
        parts.message(why);
        page.element("p", remedy).open("p").element("code", command, "class", "command").close();
        page.close();
    }

    void systems() {
        Optional<StorePath> running = status.current().running();
        parts.section("systems", "Systems", "half");
        page.open("dl");
        parts.row("current", () -> running.ifPresentOrElse(parts::path, () -> unknown("unknown")));
        status.current()
                .profile()
                .ifPresent(profile -> parts.row("boots", () -> profile(profile, running)));
        parts.row("desired", () -> desired(running));
        page.close().close();
    }

    private void profile(Generation profile, Optional<StorePath> running) {
        page.text("generation %d".formatted(profile.number()));
        if (running.equals(Optional.of(profile.system()))) {
            page.text(", the current system");
        } else {
            page.text(", ");
            parts.path(profile.system());
        }
    }

    private void desired(Optional<StorePath> running) {
        if (status.desired().isEmpty()) {
            unknown("nothing that the control plane has told since the agent's start");
        } else if (running.equals(status.desired())) {
            Tone.GOOD.badge(page, "the current system");
        } else {
            status.desired().ifPresent(parts::path);
        }
    }

    private void unknown(String text) {
        page.element("span", text, "class", "quiet");
    }

    void controlPlane() {
        parts.section("control-plane", "Control plane", "half");
        page.open("dl");
        parts.row("reachable", this::reachable);
        parts.row(
                "answered",
                () -> status.lastPoll().ifPresentOrElse(parts::time, () -> unknown("not yet")));
        parts.row(
                "asked again",
                () -> status.nextPoll().ifPresentOrElse(parts::time, () -> unknown("not planned")));
        parts.row(
                "unsent",
                () -> {
                    String reports = Words.count(status.unsentReports(), "report");
                    if (status.unsentReports() > 0) {
                        Tone.WARNING.badge(page, reports);
                    } else {
                        page.text("no reports");
                    }
                });
        page.close().close();
    }

    private void reachable() {
        if (status.lastPollFailure().isPresent()) {
            Tone.BAD.badge(page, "no");
            parts.message(status.lastPollFailure().get());
        } else if (status.lastPoll().isPresent()) {
            Tone.GOOD.badge(page, "yes");
        } else {
            Tone.QUIET.badge(page, "not known yet");
        }
    }
}
