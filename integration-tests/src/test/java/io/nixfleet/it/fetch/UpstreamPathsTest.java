package io.nixfleet.it.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nixfleet.it.nix.ChrootStore;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.ServedClosure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A fleet's cache as Attic's push makes it: what the upstream cache has, it lacks. Nix has the
 * upstream as its substituter.
 */
class UpstreamPathsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private ServedClosure fleet;
    private ServedClosure upstream;

    @BeforeEach
    void serve() {
        // The same seed: the same paths under the same key.
        fleet = ServedClosure.start(11, 300_000);
        upstream = ServedClosure.start(11, 300_000);
        for (Member member : onlyUpstream()) {
            fleet.answerNarInfo(member, Answers.status(404));
        }
        for (Member member : List.of(upstream.app(), upstream.top())) {
            upstream.answerNarInfo(member, Answers.status(404));
        }
    }

    @AfterEach
    void stop() {
        fleet.close();
        upstream.close();
    }

    private List<Member> onlyUpstream() {
        return List.of(fleet.leaf(), fleet.otherLeaf());
    }

    static Stream<NixInstallation> versions() {
        return Stream.of(
                NixInstallation.nix28(), NixInstallation.nix226(), NixInstallation.nix234());
    }

    private AgentProgram agent(NixInstallation nix) throws IOException {
        return AgentProgram.with(nix)
                .environment(
                        "NIX_CONFIG",
                        "substituters = %s\ntrusted-public-keys = %s\n"
                                .formatted(upstream.server().uri(), upstream.key().publicKey()));
    }

    private String[] command(String subcommand, ChrootStore store, String... more) {
        var command = new ArrayList<>(List.of(subcommand, "--json"));
        command.addAll(List.of(more));
        command.addAll(List.of("--from", fleet.server().uri().toString()));
        command.addAll(List.of("--store", store.directory().toString()));
        command.add(fleet.top().path().toString());
        return command.toArray(String[]::new);
    }

    private static List<String> nars(ServedClosure closure) {
        return closure.server().requests().stream()
                .map(HostileServer.Request::path)
                .filter(path -> path.startsWith("/nar/"))
                .toList();
    }

    private static String result(JsonNode report, Member member) {
        for (JsonNode path : report.path("paths")) {
            if (path.path("path").asText().equals(member.path().toString())) {
                return path.path("result").asText();
            }
        }
        return "none";
    }

    @ParameterizedTest
    @MethodSource("versions")
    void comeByNixAndTheFleetsOwnNatively(NixInstallation nix) throws Exception {
        try (var agent = agent(nix);
                ChrootStore store = nix.newStore()) {
            AgentProgram.Run run = agent.run(command("fetch", store));

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            for (Member member : onlyUpstream()) {
                assertThat(result(run.json(), member)).isEqualTo("realised");
            }
            for (Member member : List.of(fleet.app(), fleet.top())) {
                assertThat(result(run.json(), member)).isEqualTo("fetched");
            }
            assertThat(nars(fleet))
                    .containsExactlyInAnyOrder(
                            ServedClosure.narFile(fleet.app()), ServedClosure.narFile(fleet.top()));
            assertThat(nars(upstream))
                    .containsExactlyInAnyOrder(
                            ServedClosure.narFile(fleet.leaf()),
                            ServedClosure.narFile(fleet.otherLeaf()));
            StoreContents.assertSound(store);
            assertThat(store.invalid(fleet.members().stream().map(Member::path).toList()))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void areAskedForAfreshThoughNixRemembersThemAsMissing(NixInstallation nix) throws Exception {
        for (Member member : onlyUpstream()) {
            upstream.answerNarInfo(member, Answers.status(404));
        }
        try (var agent = agent(nix);
                ChrootStore store = nix.newStore()) {
            AgentProgram.Run first = agent.run(command("fetch", store));
            onlyUpstream().forEach(upstream::serve);
            AgentProgram.Run second = agent.run(command("fetch", store));

            assertThat(first.exitCode()).as(first.stderr() + first.stdout()).isEqualTo(3);
            assertThat(result(first.json(), fleet.leaf())).isEqualTo("absent");
            assertThat(second.exitCode()).as(second.stderr() + second.stdout()).isZero();
        }
    }

    @Test
    void areNeverAskedForWithoutFallback() throws Exception {
        NixInstallation nix = NixInstallation.nix28();
        try (var agent = agent(nix);
                ChrootStore store = nix.newStore()) {
            for (String forbidden : List.of("--no-fallback", "--air-gapped")) {
                AgentProgram.Run run = agent.run(command("fetch", store, forbidden));

                assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isEqualTo(3);
                JsonNode leaf =
                        run.json()
                                .path("paths")
                                .valueStream()
                                .filter(
                                        path ->
                                                path.path("path")
                                                        .asText()
                                                        .equals(fleet.leaf().path().toString()))
                                .findFirst()
                                .orElseThrow();
                assertThat(leaf.path("result").asText()).isEqualTo("absent");
                assertThat(leaf.path("via").valueStream().map(JsonNode::asText))
                        .containsExactly(
                                fleet.top().path().toString(), fleet.app().path().toString());
            }
        }
        assertThat(upstream.server().requests()).isEmpty();
    }

    @Test
    void areListedByAPlanForHostsWithoutUpstreamWhateverThisHostHas() throws Exception {
        NixInstallation nix = NixInstallation.nix28();
        try (var agent = agent(nix);
                ChrootStore store = nix.newStore()) {
            assertThat(agent.run(command("fetch", store)).exitCode()).isZero();

            AgentProgram.Run plan = agent.run(command("plan", store, "--air-gapped"));

            assertThat(plan.exitCode()).as(plan.stderr() + plan.stdout()).isEqualTo(3);
            assertThat(
                            plan.json()
                                    .path("failures")
                                    .valueStream()
                                    .filter(path -> path.path("result").asText().equals("absent"))
                                    .map(path -> path.path("path").asText()))
                    .containsExactlyInAnyOrder(
                            fleet.leaf().path().toString(), fleet.otherLeaf().path().toString());

            onlyUpstream().forEach(fleet::serve);
            AgentProgram.Run complete = agent.run(command("plan", store, "--air-gapped"));

            assertThat(complete.exitCode()).as(complete.stderr()).isZero();
            assertThat(complete.json().at("/totals/toFetch").asInt()).isEqualTo(4);
        }
    }

    @Test
    void comeWhenTheFleetsCacheIsDown() throws Exception {
        onlyUpstream().forEach(fleet::serve);
        List.of(upstream.app(), upstream.top()).forEach(upstream::serve);
        fleet.server().on("/nix-cache-info", Answers.resetAtOnce());
        fleet.members().forEach(member -> fleet.answerNarInfo(member, Answers.resetAtOnce()));
        NixInstallation nix = NixInstallation.nix28();
        try (var agent = agent(nix);
                ChrootStore store = nix.newStore()) {
            AgentProgram.Run run = agent.run(command("fetch", store));

            assertThat(run.exitCode()).as(run.stderr() + run.stdout()).isZero();
            assertThat(result(run.json(), fleet.top())).isEqualTo("realised");
            assertThat(nars(upstream)).hasSize(4);
            StoreContents.assertSound(store);
        }
    }

    @Test
    void leaveNoProcessBehindWhenSomebodyPressesCtrlC() throws Exception {
        upstream.answerNarInfo(upstream.leaf(), Answers.silence());
        NixInstallation nix = NixInstallation.nix28();
        try (var agent = agent(nix);
                ChrootStore store = nix.newStore();
                AgentProgram.Running fetch = agent.start(command("fetch", store))) {
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (upstream.server().requests().stream()
                    .noneMatch(
                            request ->
                                    request.path()
                                            .equals(ServedClosure.narInfoFile(upstream.leaf())))) {
                assertThat(System.nanoTime()).as("Nix asks the upstream").isLessThan(deadline);
            }
            assertThat(realising(store)).isNotEmpty();

            fetch.interrupt();
            fetch.await(LIMIT);

            assertThat(realising(store)).isEmpty();
        }
    }

    private static List<String> realising(ChrootStore store) {
        return Commands.tryRun(List.of("pgrep", "-af", "nix-store.*" + store.directory()))
                .stdout()
                .lines()
                .filter(line -> line.contains("--realise"))
                .toList();
    }
}
