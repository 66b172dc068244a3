package io.nixfleet.cli.rollout;

import io.nixfleet.nix.store.StorePath;
import java.util.Optional;

/** What is to be thought of a host that a system was asked of. */
public sealed interface Verdict {
    /**
     * It is not over.
     *
     * @param doing what is going on, in a word or two
     * @param detail of that; may be empty
     */
    record Pending(String doing, String detail) implements Verdict {}

    /** It is over. */
    record Over(HostEnd end) implements Verdict {}

    /**
     * Of a host whose agent accepted a deployment.
     *
     * @param id of the deployment
     * @param ended how that ended, once it has
     */
    static Verdict of(Sighting now, String id, StorePath wanted, Optional<Sighting.Ended> ended) {
        if (ended.isPresent()) {
            return ofEnded(now, wanted, ended.get());
        }
        if (now.work().isPresent() && now.work().get().id().equals(id)) {
            Sighting.Work work = now.work().get();
            return new Pending(work.phase().replace('_', ' '), work.progress());
        }
        return now.waiting().isPresent()
                ? new Pending("waiting for the deployment before it", "")
                : new Pending("accepted", "");
    }

    /** Of a host that had the system before anything was asked of it. */
    static Verdict ofHolder(Sighting now, StorePath wanted) {
        if (!now.has(wanted)) {
            return over(HostEnd.Kind.FAILED, "it ran it, and does not any more; nothing was asked");
        }
        return now.health().isEmpty()
                ? new Pending("runs it already, health not known yet", "")
                : ofHealth(now, HostEnd.Kind.RAN_IT);
    }

    private static Verdict ofEnded(Sighting now, StorePath wanted, Sighting.Ended ended) {
        return switch (ended.outcome()) {
            case "deployed", "already_running" -> {
                if (now.has(wanted)) {
                    yield ofHealth(now, HostEnd.Kind.DEPLOYED);
                }
                yield over(
                        HostEnd.Kind.UNKNOWN,
                        "it had it, and runs %s since"
                                .formatted(
                                        now.running()
                                                .map(StorePath::toString)
                                                .orElse("nobody knows what")));
            }
            case "rolled_back" ->
                    over(
                            HostEnd.Kind.ROLLED_BACK,
                            ended.message().replaceFirst("^rolled back: ", ""));
            case "rollback_failed" -> over(HostEnd.Kind.UNKNOWN, ended.message());
            case "failed" -> over(HostEnd.Kind.FAILED, ended.message());
            case "superseded" -> over(HostEnd.Kind.FAILED, ended.message() + ", not this one");
            case "dry_run" ->
                    over(
                            HostEnd.Kind.FAILED,
                            "its agent only looks (--dry-run): " + ended.message());
            default ->
                    over(
                            HostEnd.Kind.UNKNOWN,
                            ended.outcome().replace('_', ' ') + ": " + ended.message());
        };
    }

    /** The agent checked it before it called it deployed; a check since then counts, too. */
    private static Verdict ofHealth(Sighting now, HostEnd.Kind kind) {
        return now.health()
                .filter(health -> !health.passed())
                .<Verdict>map(health -> new Pending("runs it, unhealthy", health.failures()))
                .orElseGet(() -> over(kind, ""));
    }

    private static Verdict over(HostEnd.Kind kind, String message) {
        return new Over(new HostEnd(kind, message));
    }
}
