package io.nixfleet.cli.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.cli.rollout.Sighting.Ended;
import io.nixfleet.cli.rollout.Sighting.Health;
import io.nixfleet.cli.rollout.Sighting.Work;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    private static final StorePath OLD = system("old");
    private static final StorePath NEW = system("new");
    private static final Optional<Health> WELL = Optional.of(new Health(true, ""));
    private static final Optional<Health> SICK = Optional.of(new Health(false, "web: 503"));

    private static StorePath system(String name) {
        return StorePath.ofBaseName(StoreDir.NIX_STORE, "0".repeat(32) + "-" + name);
    }

    private static Sighting host(
            StorePath running, StorePath profile, Optional<Work> work, Optional<Health> health) {
        return new Sighting(
                "web-1",
                Optional.of(running),
                Optional.of(profile),
                work,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                health);
    }

    private static Verdict ended(Sighting now, String outcome) {
        return Verdict.of(now, "d-1", NEW, Optional.of(new Ended("d-1", outcome, "the message")));
    }

    private static Verdict over(HostEnd.Kind kind, String message) {
        return new Verdict.Over(new HostEnd(kind, message));
    }

    @Test
    void isPendingWhileTheDeploymentIsUnderWay() {
        var work = new Work("d-1", NEW, "rolling_back", "3 of 4 paths");

        assertThat(
                        Verdict.of(
                                host(OLD, OLD, Optional.of(work), WELL),
                                "d-1",
                                NEW,
                                Optional.empty()))
                .isEqualTo(new Verdict.Pending("rolling back", "3 of 4 paths"));
        assertThat(Verdict.of(host(OLD, OLD, Optional.empty(), WELL), "d-1", NEW, Optional.empty()))
                .isEqualTo(new Verdict.Pending("accepted", ""));
    }

    @ParameterizedTest
    @CsvSource({"deployed", "already_running"})
    void isGoodOnlyIfTheSystemRunsAndBootsAndNothingIsSick(String outcome) {
        assertThat(ended(host(NEW, NEW, Optional.empty(), WELL), outcome))
                .isEqualTo(over(HostEnd.Kind.DEPLOYED, ""));
        assertThat(ended(host(NEW, NEW, Optional.empty(), Optional.empty()), outcome))
                .isEqualTo(over(HostEnd.Kind.DEPLOYED, ""));
        assertThat(ended(host(NEW, NEW, Optional.empty(), SICK), outcome))
                .isEqualTo(new Verdict.Pending("runs it, unhealthy", "web: 503"));
        assertThat(ended(host(OLD, NEW, Optional.empty(), WELL), outcome))
                .isEqualTo(over(HostEnd.Kind.UNKNOWN, "it had it, and runs " + OLD + " since"));
        assertThat(ended(host(NEW, OLD, Optional.empty(), WELL), outcome))
                .isInstanceOf(Verdict.Over.class)
                .isNotEqualTo(over(HostEnd.Kind.DEPLOYED, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "rolled_back, ROLLED_BACK, the message",
        "failed, FAILED, the message",
        "superseded, FAILED, 'the message, not this one'",
        "dry_run, FAILED, its agent only looks (--dry-run): the message",
        "rollback_failed, UNKNOWN, the message",
        "newer_word, UNKNOWN, newer word: the message"
    })
    void saysWhyItIsNot(String outcome, HostEnd.Kind kind, String message) {
        assertThat(ended(host(OLD, OLD, Optional.empty(), WELL), outcome))
                .isEqualTo(over(kind, message));
    }

    @Test
    void aHostThatHadItBeforeIsGoodOnceItIsKnownToBeHealthy() {
        assertThat(Verdict.ofHolder(host(NEW, NEW, Optional.empty(), WELL), NEW))
                .isEqualTo(over(HostEnd.Kind.RAN_IT, ""));
        assertThat(Verdict.ofHolder(host(NEW, NEW, Optional.empty(), SICK), NEW))
                .isEqualTo(new Verdict.Pending("runs it, unhealthy", "web: 503"));
        assertThat(Verdict.ofHolder(host(NEW, NEW, Optional.empty(), Optional.empty()), NEW))
                .isInstanceOf(Verdict.Pending.class);
        assertThat(Verdict.ofHolder(host(OLD, NEW, Optional.empty(), WELL), NEW))
                .isEqualTo(
                        over(
                                HostEnd.Kind.FAILED,
                                "it ran it, and does not any more; nothing was asked"));
    }
}
