package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.FlagValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What is reported of this host besides its system. */
final class HealthFlags {
    private static final String DEFAULT_CONFIG = "/etc/nixfleet/health-checks.json";

    @Option(
            names = "--health-config",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_HEALTH_CONFIG:-" + DEFAULT_CONFIG + "}",
            description =
                    "A file of health checks in JSON. Variable: NIXFLEET_HEALTH_CONFIG. Default: "
                            + DEFAULT_CONFIG
                            + ".")
    private Path config = Path.of(DEFAULT_CONFIG);

    @Option(
            names = "--health-interval",
            paramLabel = "SECONDS",
            defaultValue = "${env:NIXFLEET_HEALTH_INTERVAL:-60}",
            description =
                    "Time between health reports. Variable: NIXFLEET_HEALTH_INTERVAL. Default: 60.")
    private long interval;

    @Option(
            names = "--tags",
            split = ",",
            paramLabel = "TAG",
            defaultValue = "${env:NIXFLEET_TAGS}",
            description = "This host's tags, parted by commas. Variable: NIXFLEET_TAGS.")
    private List<String> tags = new ArrayList<>();

    /**
     * Read at each check, since every system brings its own: a wrong one must not end the agent.
     */
    Path config() {
        return FlagValues.file(config).orElse(Path.of(DEFAULT_CONFIG));
    }

    AgentSettings.Reporting reporting() {
        return new AgentSettings.Reporting(
                FlagValues.seconds("--health-interval", interval, 1),
                tags.stream().map(String::strip).filter(tag -> !tag.isEmpty()).toList());
    }
}
