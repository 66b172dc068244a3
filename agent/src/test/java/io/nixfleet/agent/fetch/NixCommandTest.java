package io.nixfleet.agent.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class NixCommandTest {
    @TempDir private Path directory;

    private static List<StorePath> paths(int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        i ->
                                StorePath.parse(
                                        StoreDir.NIX_STORE,
                                        "/nix/store/%032d-a-name-of-a-usual-length-1.2.3"
                                                .formatted(i)))
                .toList();
    }

    private NixCommand shell(String script, Duration silence) {
        return new NixCommand(
                new ProcessRunner(),
                "test",
                List.of("/bin/sh", "-c", script, "sh"),
                Map.of("OUT", directory.resolve("out").toString()),
                silence);
    }

    @Test
    void passesMoreArgumentsThanOneCommandLineTakes() throws Exception {
        List<StorePath> paths = paths(40_000);

        List<String> problems =
                shell("printf '%s\\n' \"$@\" >> \"$OUT\"", Duration.ofMinutes(1))
                        .run(paths, _ -> {});

        assertThat(problems).isEmpty();
        assertThat(Files.readAllLines(directory.resolve("out")))
                .containsExactlyElementsOf(paths.stream().map(StorePath::toString).toList());
    }

    @Test
    void isEndedWhenItShowsNoProgress() throws Exception {
        List<String> problems =
                shell("echo begun >&2; echo $$ > \"$OUT\"; sleep 1000", Duration.ofMillis(700))
                        .run(paths(1), _ -> {});

        assertThat(problems)
                .containsExactly("/bin/sh was ended since it printed nothing for 700 ms");
        long child = Long.parseLong(Files.readString(directory.resolve("out")).strip());
        assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void goesOnWhileItPrints() throws Exception {
        assertThat(
                        shell(
                                        "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.3; done",
                                        Duration.ofSeconds(2))
                                .run(paths(1), _ -> {}))
                .isEmpty();
    }

    @Test
    void saysHowItEndedWhenItSaysNothingItself() throws Exception {
        var events = new ArrayList<Object>();

        assertThat(shell("exit 3", Duration.ofMinutes(1)).run(paths(1), events::add))
                .containsExactly("it ended with exit code 3");
        assertThat(events).isEmpty();
    }

    @Test
    void saysThatThereIsNoSuchProgram() throws Exception {
        var command =
                new NixCommand(
                        new ProcessRunner(),
                        "test",
                        List.of("nixfleet-no-such-program"),
                        Map.of(),
                        Duration.ofMinutes(1));

        assertThat(command.run(paths(1), _ -> {}))
                .singleElement()
                .asString()
                .contains("no program 'nixfleet-no-such-program'");
    }
}
