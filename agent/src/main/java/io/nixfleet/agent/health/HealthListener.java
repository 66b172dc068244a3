package io.nixfleet.agent.health;

import io.nixfleet.protocol.CheckResult;

/** Hears of each check that was made. */
@FunctionalInterface
public interface HealthListener {
    /**
     * Hears how one check went.
     *
     * @param type as {@link Check#type()} has it
     */
    void onCheck(String name, String type, CheckResult result);
}
