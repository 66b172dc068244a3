package io.nixfleet.agent.health;

import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.agent.time.Ticks;
import io.nixfleet.protocol.CheckResult;
import io.nixfleet.protocol.HealthReport;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLSocketFactory;

/** Makes the checks of a host, all at once, each in its own time. */
public final class HealthChecks {
    private static final int MOST_AT_ONCE = 16;
    // A child that does not want to end is given two seconds.
    private static final Duration END_LIMIT = Duration.ofSeconds(3);

    private final HealthConfig config;
    private final CommandProbe commands;
    private final HttpProbe http;
    private final InstantSource clock;
    private final HealthListener listener;

    /**
     * What checks are made with.
     *
     * @param environment all that commands find in theirs; PATH says where systemctl is
     * @param tls what {@code https} URLs are asked with
     */
    public record Means(
            ProcessRunner runner, Map<String, String> environment, SSLSocketFactory tls) {
        public Means {
            environment = Map.copyOf(environment);
        }
    }

    public HealthChecks(
            HealthConfig config, Means means, InstantSource clock, HealthListener listener) {
        this.config = config;
        this.commands = new CommandProbe(means.runner(), means.environment());
        this.http = new HttpProbe(means.tls());
        this.clock = clock;
        this.listener = listener;
    }

    /** Makes all checks. An interrupt ends those under way, and their children. */
    public HealthReport run() throws InterruptedException {
        var permits = new Semaphore(MOST_AT_ONCE);
        var tasks = new ArrayList<FutureTask<CheckResult>>();
        var threads = new ArrayList<Thread>();
        for (Check check : config.checks()) {
            var task = new FutureTask<>(() -> make(check, permits));
            tasks.add(task);
            threads.add(Thread.ofVirtual().name("nixfleet-health-check").start(task));
        }
        var results = new ArrayList<CheckResult>();
        boolean complete = false;
        try {
            for (FutureTask<CheckResult> task : tasks) {
                results.add(task.get());
            }
            complete = true;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a health check broke", e.getCause());
        } finally {
            if (!complete) {
                end(threads);
            }
        }
        for (int i = 0; i < results.size(); i++) {
            Check check = config.checks().get(i);
            listener.onCheck(check.name(), check.type(), results.get(i));
        }
        return new HealthReport(results, clock.instant());
    }

    private static void end(List<Thread> threads) throws InterruptedException {
        threads.forEach(Thread::interrupt);
        Duration deadline = Ticks.system().now().plus(END_LIMIT);
        for (Thread thread : threads) {
            Duration left = deadline.minus(Ticks.system().now());
            if (left.isPositive()) {
                thread.join(left);
            }
        }
    }

    private CheckResult make(Check check, Semaphore permits) throws InterruptedException {
        permits.acquire();
        try {
            Duration start = Ticks.system().now();
            Optional<String> problem = problem(check);
            Duration taken = Ticks.system().now().minus(start);
            return problem.isPresent()
                    ? new CheckResult.Fail(check.name(), taken, problem.get())
                    : new CheckResult.Pass(check.name(), taken);
        } finally {
            permits.release();
        }
    }

    private Optional<String> problem(Check check) throws InterruptedException {
        return switch (check) {
            case Check.Unit unit -> commands.problem(unit);
            case Check.SystemRunning system -> commands.problem(system);
            case Check.ShellCommand command -> commands.problem(command);
            case Check.Http request -> http.problem(request);
            case Check.Unreadable(String why) -> Optional.of(Excerpt.of(why));
        };
    }
}
