package io.nixfleet.it.fleet;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.Deployment;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.agent.state.StateStore;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** The database of an agent that has deployed more often than it remembers. */
final class LongLife {
    private static final int DEPLOYMENTS = 600;

    /** One of so many was rolled back, as in the soak. */
    private static final int ROLLBACKS = 8;

    private static final Outcome DEPLOYED = new Outcome.Deployed("deployed");
    private static final Outcome ROLLED_BACK =
            new Outcome.RolledBack(
                    "rolled back: health checks failed: http://127.0.0.1:8080/: expected status"
                            + " 200, got 503");

    private LongLife() {}

    static Path database(Path directory) {
        Path file = directory.resolve("state.db");
        StorePath system =
                StorePath.ofBaseName(
                        StoreDir.NIX_STORE,
                        "00000000000000000000000000000000-nixos-system-host-25.11.long-ago");
        Instant start = Instant.now().minus(Duration.ofDays(DEPLOYMENTS));
        try (StateStore store = StateStore.open(file, InstantSource.system()).store()) {
            for (int i = 0; i < DEPLOYMENTS; i++) {
                Instant begun = start.plus(Duration.ofDays(i));
                var request =
                        new DeployRequest(
                                "20250101-000000-%05d".formatted(i),
                                system,
                                Optional.of(URI.create("http://cache/whole")),
                                Action.SWITCH,
                                DeployRequest.Source.POLL);
                Deployment deployment = Deployment.begin(request, begun);
                store.save(deployment);
                store.finish(
                        deployment.ending(i % ROLLBACKS == 0 ? ROLLED_BACK : DEPLOYED),
                        begun.plusSeconds(30));
            }
        }
        return file;
    }
}
