package io.nixfleet.agent.cycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.logging.DeploymentScope;
import io.nixfleet.agent.logging.LogFormat;
import io.nixfleet.agent.logging.Logging;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.fetch.ClosurePlan;
import io.nixfleet.substituter.fetch.FetchEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.event.Level;

/** What the log of a daemon has of a fetch's events. */
@Isolated("the log is one for the whole process")
class FetchLogTest {
    private static final StorePath PATH =
            StorePath.parse(
                    StoreDir.NIX_STORE, "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-hello");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @BeforeEach
    void catchTheLog() {
        Logging.configure(Level.INFO, LogFormat.JSON, new PrintStream(bytes, false, UTF_8));
    }

    @AfterEach
    void writeToStandardErrorAgain() {
        Logging.silenceLibraries();
    }

    private List<String> lines() {
        return bytes.toString(UTF_8).lines().toList();
    }

    private static FetchLog ofDeployment() {
        return DeploymentScope.call("d-1", FetchLog::new);
    }

    @Test
    void saysThatThereIsNothingToFetch() {
        ofDeployment()
                .on(
                        new FetchEvent.Planned(
                                new ClosurePlan(
                                        List.of(PATH),
                                        Set.of(PATH),
                                        List.of(),
                                        List.of(),
                                        List.of())));

        assertThat(lines()).singleElement().asString().contains("nothing to fetch");
    }

    @Test
    void namesTheFallbackAndWhatForInTheLineOfTheDeployment() throws Exception {
        FetchLog log = ofDeployment();

        var other =
                new Thread(
                        () -> log.on(new FetchEvent.FallbackStarted("nix-store", List.of(PATH))));
        other.start();
        other.join();

        assertThat(lines())
                .singleElement()
                .asString()
                .contains("nix-store is asked for 1 path that", PATH.toString())
                .contains("\"deployment\":\"d-1\"");
    }

    @Test
    void namesACacheThatIsSetAside() {
        ofDeployment().on(new FetchEvent.CacheSetAside("cache.example.com", "five failures"));

        assertThat(lines())
                .singleElement()
                .asString()
                .contains("\"warn\"", "cache.example.com is asked no more", "five failures");
    }

    @Test
    void isNotFloodedByACacheThatFailsEachPath() {
        FetchLog log = ofDeployment();

        for (int path = 0; path < 1000; path++) {
            log.on(new FetchEvent.SourceFailed(PATH, "cache.example.com", "status 500"));
        }

        assertThat(lines()).hasSize(11);
        assertThat(lines().getFirst()).contains("status 500");
        assertThat(lines().getLast()).contains("not logged");
    }
}
