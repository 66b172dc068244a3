package io.nixfleet.agent.doctor;

import io.nixfleet.agent.health.HealthConfig;
import io.nixfleet.agent.health.HealthConfigException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the file of health checks can be used: if not, every system is rolled back. */
record HealthConfigCheck(Path file) implements Check {
    @Override
    public String name() {
        return "health checks";
    }

    @Override
    public Finding look() {
        if (Files.notExists(file)) {
            return Finding.ok("only systemd's own: there is no " + file);
        }
        try {
            int count = HealthConfig.read(file).checks().size();
            return Finding.ok("%d in %s".formatted(count, file));
        } catch (HealthConfigException e) {
            return Finding.failed(
                    file.toString(),
                    String.valueOf(e.getMessage()),
                    "correct it, or services.nixfleet-agent.healthChecks: until then each system"
                            + " that is deployed is rolled back");
        }
    }
}
