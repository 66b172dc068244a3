package io.nixfleet.it.simulation;

import java.time.Duration;

/**
 * What is simulated. Durations are agents' time.
 *
 * @param secure whether over mutual TLS
 * @param factor how many times faster than real time agents wait; what takes work, and the limits
 *     and keep-alive times of connections, are as fast as ever
 * @param steady what is watched once all agents have polled, until the control plane ends
 * @param away how long there is no control plane, at least
 * @param after what is watched once all agents have polled again
 */
record SimulationPlan(
        int agents, boolean secure, int factor, Duration steady, Duration away, Duration after) {
    /** The agent's defaults. */
    static final Duration POLL = Duration.ofSeconds(60);

    static final Duration RETRY = Duration.ofSeconds(30);
    static final Duration HEALTH = Duration.ofSeconds(60);

    /** How many agents come and go first, so that no start has to wait for a compiler. */
    static final int WARMERS = 50;

    /** What a system property says, or else the small one of every test run. */
    static SimulationPlan fromProperties() {
        return new SimulationPlan(
                number("agents", 100),
                System.getProperty("nixfleet.simulation.over", "mtls").equals("mtls"),
                number("factor", 10),
                Duration.ofSeconds(number("steady", 130)),
                Duration.ofSeconds(number("away", 90)),
                Duration.ofSeconds(number("after", 60)));
    }

    private static int number(String name, int otherwise) {
        return Integer.getInteger("nixfleet.simulation." + name, otherwise);
    }

    /** In real time. */
    Duration real(Duration agentsTime) {
        return agentsTime.dividedBy(factor);
    }

    /** How many polls, or health reports, a second of agents' time has on average. */
    double nominalRate() {
        return (double) agents / POLL.toSeconds();
    }

    static String machine(int index) {
        return "machine-" + index;
    }

    static String warmer(int index) {
        return "warmer-" + index;
    }
}
