package io.nixfleet.agent.endpoint.page;

import io.nixfleet.agent.control.AgentStatus;
import io.nixfleet.nix.store.StorePath;
import java.util.Optional;

/**
 * The agent in a few words.
 *
 * @param word the phase, or what matters more
 * @param sentence what the machine is, to be read after its name
 */
record Verdict(Tone tone, String word, String sentence) {
    /**
     * @param notAlive why the agent does nothing more, if so
     */
    static Verdict of(AgentStatus status, Optional<String> notAlive) {
        if (notAlive.isPresent()) {
            return new Verdict(Tone.BAD, "hangs", "has an agent that must be restarted");
        }
        if (status.needsAttention().isPresent()) {
            return new Verdict(
                    Tone.BAD, "needs attention", "is left alone after a failed rollback");
        }
        String phase = Words.plain(status.phase().word());
        if (status.deployment().isPresent()) {
            return switch (status.phase()) {
                case ROLLING_BACK ->
                        new Verdict(Tone.WARNING, phase, "returns to its former system");
                case FETCHING -> new Verdict(Tone.BUSY, phase, "fetches a system");
                case IDLE, CHECKING, APPLYING, VERIFYING, REPORTING ->
                        new Verdict(Tone.BUSY, phase, "is being deployed to");
            };
        }
        return idle(status, phase);
    }

    private static Verdict idle(AgentStatus status, String phase) {
        if (status.desired().isEmpty()) {
            return new Verdict(Tone.QUIET, phase, "has not been told what it should run");
        }
        StorePath desired = status.desired().get();
        if (status.current().running().equals(status.desired())) {
            return new Verdict(Tone.GOOD, phase, "runs what it should");
        }
        boolean refused =
                status.refused().stream().anyMatch(refusal -> refusal.system().equals(desired));
        return refused
                ? new Verdict(Tone.BAD, phase, "refuses what it should run, since it failed here")
                : new Verdict(Tone.WARNING, phase, "does not run what it should");
    }
}
