package io.nixfleet.agent.activation;

import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has to be activated, once the profile is restored, to have the former state again. */
public final class Restoration {
    private Restoration() {}

    /** One run of {@code switch-to-configuration}. */
    public record Step(StorePath system, Action action) {}

    /**
     * The steps, in order. Where another system ran than the profile's, as after {@code test}, the
     * profile's becomes the boot default again, and the other one runs. None, where the host had no
     * system at all.
     */
    public static List<Step> steps(SystemState before) {
        Optional<StorePath> boot = before.profile().map(SystemState.Generation::system);
        if (before.running().isEmpty() || before.running().equals(boot)) {
            return boot.map(system -> List.of(new Step(system, Action.SWITCH))).orElse(List.of());
        }
        var steps = new ArrayList<Step>();
        boot.ifPresent(system -> steps.add(new Step(system, Action.BOOT)));
        before.running().ifPresent(system -> steps.add(new Step(system, Action.TEST)));
        return List.copyOf(steps);
    }
}
