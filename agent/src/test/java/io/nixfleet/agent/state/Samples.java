package io.nixfleet.agent.state;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.state.OutgoingReport.Kind;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import io.nixfleet.protocol.Report;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** What the tests of this package keep and find again. */
final class Samples {
    static final Instant NOW = Instant.parse("2026-05-04T03:02:01.123456789Z");
    static final InstantSource CLOCK = InstantSource.fixed(NOW);

    private Samples() {}

    static StateStore open(Path file) {
        StateStore.Opened opened = StateStore.open(file, CLOCK);
        if (opened.notice().isPresent()) {
            opened.store().close();
            throw new AssertionError(opened.notice().get());
        }
        return opened.store();
    }

    static StorePath system(int number) {
        return StorePath.ofBaseName(
                StoreDir.NIX_STORE, "%032d-nixos-system-web+1?x=2".formatted(number));
    }

    static DeployRequest request(String id) {
        return new DeployRequest(
                id,
                system(1),
                Optional.of(URI.create("https://user@cache.example/x?y=%20#z")),
                Action.SWITCH,
                Source.POLL);
    }

    static Deployment deployment(String id) {
        return Deployment.begin(request(id), NOW);
    }

    static Deployment ended(String id) {
        return deployment(id).ending(new Outcome.Deployed("deployed"));
    }

    static OutgoingReport report(Kind kind, String message) {
        var health =
                new HealthReport(
                        List.of(
                                new CheckResult.Pass("sshd", Duration.ofMillis(12)),
                                new CheckResult.Fail(
                                        "web", Duration.ofMillis(3000), "503\n\"\u2028")),
                        NOW);
        return new OutgoingReport(
                kind,
                new Report(
                        "web-1",
                        system(1).toString(),
                        false,
                        message,
                        NOW,
                        List.of("prod", "eu"),
                        kind == Kind.HEALTH ? Optional.of(health) : Optional.empty(),
                        "0.1.0",
                        Duration.ofHours(30)));
    }
}
