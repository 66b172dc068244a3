package io.nixfleet.agent.doctor;

import io.nixfleet.agent.doctor.CertificateCheck.Shown;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CertificateCheckTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Optional<String> MACHINE = Optional.of("web-1");

    private static Shown certificate(Duration left) {
        return new Shown("web-1", NOW.minus(Duration.ofDays(30)), NOW.plus(left));
    }

    @Test
    void isWellForTwoWeeksOrMore() {
        Findings.assertOk(
                CertificateCheck.judge(certificate(Duration.ofDays(14)), MACHINE, NOW),
                "CN web-1, valid until 2026-03-15T10:00:00Z");
    }

    @Test
    void isToBeRenewedBeforeThat() {
        Findings.assertFound(
                CertificateCheck.judge(certificate(Duration.ofDays(13)), MACHINE, NOW),
                Result.WARNING,
                "it expires in 13 days",
                "renew it now");
        Findings.assertFound(
                CertificateCheck.judge(certificate(Duration.ofHours(30)), MACHINE, NOW),
                Result.WARNING,
                "it expires in 30 hours",
                "renew it now");
    }

    @Test
    void isOfNoUseOnceItHasExpired() {
        Findings.assertFound(
                CertificateCheck.judge(certificate(Duration.ofSeconds(-1)), MACHINE, NOW),
                Result.FAILED,
                "it has expired",
                "issue a new one");
    }

    @Test
    void isOfNoUseYet() {
        var shown = new Shown("web-1", NOW.plusSeconds(5), NOW.plus(Duration.ofDays(90)));
        Findings.assertFound(
                CertificateCheck.judge(shown, MACHINE, NOW),
                Result.FAILED,
                "it is valid only from 2026-03-01T10:00:05Z, and here it is 2026-03-01T10:00:00Z",
                "check the clocks");
    }

    @Test
    void isThatOfTheMachine() {
        Findings.assertFound(
                CertificateCheck.judge(certificate(Duration.ofDays(90)), Optional.of("db-1"), NOW),
                Result.FAILED,
                "its CN is 'web-1', and the machine id is 'db-1'",
                "--machine-id");
        Findings.assertOk(
                CertificateCheck.judge(certificate(Duration.ofDays(90)), Optional.empty(), NOW),
                "CN web-1");
    }
}
