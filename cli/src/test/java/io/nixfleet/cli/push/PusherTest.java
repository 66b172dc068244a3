package io.nixfleet.cli.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks here, run by a real shell. */
@Timeout(60)
class PusherTest {
    private static final StorePath ONE = path("0", "one");
    private static final StorePath TWO = path("1", "two?=+");

    @TempDir private Path directory;
    private final List<String> heard = new ArrayList<>();

    private static StorePath path(String digit, String name) {
        return StorePath.parse(StoreDir.NIX_STORE, "/nix/store/" + digit.repeat(32) + "-" + name);
    }

    private static SequencedMap<StorePath, List<String>> paths() {
        var paths = new LinkedHashMap<StorePath, List<String>>();
        paths.put(ONE, List.of("web-1", "web-2"));
        paths.put(TWO, List.of("db"));
        return paths;
    }

    private final class Heard implements PushListener {
        @Override
        public void began(StorePath path, Step step) {
            add(path.name() + " " + step);
        }

        @Override
        public void said(StorePath path, String line) {
            add(path.name() + " says " + line);
        }

        @Override
        public void ended(StorePath path) {
            add(path.name() + " ended");
        }
    }

    private synchronized void add(String event) {
        heard.add(event);
        notifyAll();
    }

    private void push(String hook) throws PushException, InterruptedException {
        new Pusher(new ProcessRunner(), Map.of(), new PushPlan(Optional.empty(), Optional.of(hook)))
                .push(paths(), new Heard());
    }

    @Test
    void runsTheHookOnceForEachPathAsItIsWritten() throws Exception {
        Path calls = directory.resolve("calls");

        push("printf '%%s|' \"$((1 + 1))\" {} {} >>%s; echo >>%s".formatted(calls, calls));

        assertThat(calls).hasContent("2|%s|%s|\n2|%s|%s|\n".formatted(ONE, ONE, TWO, TWO));
        assertThat(heard).containsExactly("one HOOK", "one ended", "two?=+ HOOK", "two?=+ ended");
    }

    @Test
    void stopsAtTheFirstThatFailsAndSaysWhichAndWhy() {
        assertThatThrownBy(() -> push("echo to {}; echo 'no \033[31mroom\033[0m' >&2; exit 3"))
                .isInstanceOfSatisfying(
                        PushException.class,
                        e -> {
                            assertThat(e.path()).isEqualTo(ONE);
                            assertThat(e.hosts()).containsExactly("web-1", "web-2");
                            assertThat(e.output().lines())
                                    .containsExactlyInAnyOrder("to " + ONE, "no room");
                        })
                .hasMessageStartingWith(ONE + ", of web-1, web-2, was not pushed: the push hook, '")
                .hasMessageEndingWith(": exit code 3");
        assertThat(heard).contains("one says to " + ONE).doesNotContain("two?=+ HOOK");
    }

    @Test
    void endsTheHookWithAllThatCameOfItWhenInterrupted() throws Exception {
        Path pid = directory.resolve("pid");
        var ended = new CountDownLatch(1);
        Thread pusher =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        push(
                                                "sleep 1000 & echo $! >%s; echo up; wait"
                                                        .formatted(pid));
                                    } catch (InterruptedException _) {
                                        ended.countDown();
                                    } catch (IOException e) {
                                        throw new AssertionError(e);
                                    }
                                });
        synchronized (this) {
            while (!heard.contains("one says up")) {
                wait();
            }
        }

        pusher.interrupt();

        ended.await();
        long child = Long.parseLong(Files.readString(pid).strip());
        // Its parent is gone: somebody else has to take notice of its end.
        ProcessHandle.of(child)
                .ifPresent(
                        left -> assertThat(left.onExit()).succeedsWithin(Duration.ofSeconds(20)));
    }
}
