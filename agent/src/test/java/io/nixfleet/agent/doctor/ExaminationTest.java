package io.nixfleet.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.process.ProcessRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ExaminationTest {
    private static final Duration LONG = Duration.ofMinutes(2);

    private interface Look {
        Finding look() throws InterruptedException;
    }

    private static Check check(String name, Look look) {
        return new Check() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Finding look() throws InterruptedException {
                return look.look();
            }
        };
    }

    @Test
    void looksAtEverythingAtOnceAndKeepsTheOrder() throws Exception {
        var both = new CountDownLatch(2);
        Look meets =
                () -> {
                    both.countDown();
                    both.await();
                    return Finding.ok("met");
                };

        List<Examined> examined =
                Examination.of(List.of(check("a", meets), check("b", meets)), LONG);

        assertThat(examined)
                .containsExactly(
                        new Examined("a", Finding.ok("met")), new Examined("b", Finding.ok("met")));
    }

    @Test
    void givesUpWhatHangs() throws Exception {
        var never = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);

        List<Examined> examined =
                Examination.of(
                        List.of(
                                check(
                                        "hangs",
                                        () -> {
                                            try {
                                                never.await();
                                                return Finding.ok("");
                                            } catch (InterruptedException e) {
                                                interrupted.countDown();
                                                throw e;
                                            }
                                        })),
                        Duration.ofMillis(50));

        Findings.assertFound(
                examined.getFirst().finding(),
                Result.FAILED,
                "did not come to an end within",
                "--time-limit");
        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void endsTheChildrenOfWhatHangs() throws Exception {
        var programs = new Programs(new ProcessRunner(), Map.of("PATH", "/usr/bin:/bin"), LONG);
        Check hangs =
                check(
                        "hangs",
                        () -> {
                            try {
                                var _ = programs.run("sh", "-c", "sleep 86399; true");
                                return Finding.ok("");
                            } catch (IOException e) {
                                return Finding.ok(e.toString());
                            }
                        });

        var _ = Examination.of(List.of(hangs), Duration.ofMillis(300));

        assertThat(ProcessHandle.current().descendants())
                .noneMatch(child -> child.info().commandLine().orElse("").contains("86399"));
    }

    @Test
    void tellsOfACheckThatBreaksDownAndGoesOn() throws Exception {
        List<Examined> examined =
                Examination.of(
                        List.of(
                                check(
                                        "breaks",
                                        () -> {
                                            throw new IllegalStateException("oh");
                                        }),
                                check("works", () -> Finding.ok("fine"))),
                        LONG);

        assertThat(examined.getFirst().finding().problem()).contains("broke down", "oh");
        assertThat(examined.getLast().finding()).isEqualTo(Finding.ok("fine"));
    }

    @Test
    void findsOutOnceWhatSeveralNeed() throws Exception {
        var asked = new java.util.concurrent.atomic.AtomicInteger();
        Shared<Integer> shared = Shared.of(asked::incrementAndGet);
        Look look = () -> Finding.ok("" + shared.get());

        List<Examined> examined = Examination.of(List.of(check("a", look), check("b", look)), LONG);

        assertThat(examined).extracting(one -> one.finding().seen()).containsExactly("1", "1");
    }
}
