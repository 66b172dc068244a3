package io.nixfleet.agent.doctor;

import java.io.IOException;
import java.util.Map;

/** What systemd says of the agent's unit. */
public sealed interface UnitStanding {
    /** The unit that the NixOS module makes. */
    String UNIT = "nixfleet-agent.service";

    /** It answers; by the names of {@code systemctl show}. */
    record Shown(Map<String, String> properties) implements UnitStanding {
        public Shown {
            properties = Map.copyOf(properties);
        }

        String get(String property) {
            return properties.getOrDefault(property, "");
        }

        boolean installed() {
            return !get("LoadState").isEmpty() && !get("LoadState").equals("not-found");
        }

        boolean active() {
            return get("ActiveState").equals("active");
        }
    }

    /**
     * It does not.
     *
     * @param why for people
     */
    record Unknown(String why) implements UnitStanding {}

    /** Asks. */
    static UnitStanding ask(Programs programs) throws InterruptedException {
        try {
            return new Shown(
                    programs.properties(
                            "systemctl",
                            "show",
                            "-p",
                            "LoadState,UnitFileState,ActiveState,SubState,Result,NRestarts,"
                                    + "ExecMainStatus,NeedDaemonReload,ExecStart,Environment,"
                                    + "EnvironmentFiles",
                            UNIT));
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }
}
