package io.nixfleet.agent.doctor;

import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.controlplane.PollAnswer;
import io.nixfleet.agent.controlplane.Sounding;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.protocol.DesiredGeneration;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlPlaneCheckTest {
    private static Finding judge(PollAnswer answer, OptionalInt status) throws IOException {
        return ControlPlaneCheck.judge(
                new ControlPlaneOptions(
                        URI.create("https://fleet.example"),
                        "web-1",
                        TlsFiles.open(TlsPaths.NONE),
                        Duration.ofSeconds(1),
                        "test",
                        false),
                new Sounding(answer, status, ""));
    }

    @Test
    void answers() throws Exception {
        Findings.assertOk(
                judge(
                        new PollAnswer.Desired(
                                new DesiredGeneration(
                                        "/nix/store/x", Optional.empty(), Optional.empty())),
                        OptionalInt.of(200)),
                "answers; it wants /nix/store/x");
    }

    @Test
    void wantsNothingYet() throws Exception {
        Findings.assertFound(
                judge(new PollAnswer.NothingDesired(), OptionalInt.of(404)),
                Result.WARNING,
                "no system for machine 'web-1' (HTTP status 404)",
                "check --machine-id");
    }

    @Test
    void doesNotAnswer() throws Exception {
        Findings.assertFound(
                judge(new PollAnswer.Failed("connection refused"), OptionalInt.empty()),
                Result.FAILED,
                "connection refused",
                "curl -v https://fleet.example");
    }

    @ParameterizedTest
    @CsvSource({
        "401, wants another login than a certificate",
        "403, register machine 'web-1' there",
        "302, check that --control-plane-url",
        "500, look at the control plane's own log",
    })
    void answersWithAStatus(int status, String remedy) throws Exception {
        Findings.assertFound(
                judge(new PollAnswer.Failed("answers " + status), OptionalInt.of(status)),
                Result.FAILED,
                "answers " + status,
                remedy);
    }
}
