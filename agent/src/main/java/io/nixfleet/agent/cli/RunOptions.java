package io.nixfleet.agent.cli;

import io.nixfleet.agent.config.AgentSettings;
import io.nixfleet.agent.console.FlagValues;
import io.nixfleet.agent.console.UsageException;
import io.nixfleet.agent.controlplane.ControlPlaneOptions;
import io.nixfleet.agent.doctor.Given;
import io.nixfleet.agent.doctor.Subject;
import io.nixfleet.agent.tls.TlsFiles;
import io.nixfleet.agent.tls.TlsPaths;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.event.Level;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The daemon's options, spelled as the units in the field have them. */
final class RunOptions {
    private static final String DEFAULT_DATABASE = "/var/lib/nixfleet/state.db";

    @Mixin private ControlPlaneFlags controlPlane = new ControlPlaneFlags();
    @Mixin private FetchFlags fetch = new FetchFlags();
    @Mixin private HealthFlags health = new HealthFlags();
    @Mixin private ApplyFlags apply = new ApplyFlags();
    @Mixin private EndpointFlags endpoints = new EndpointFlags();
    @Mixin private LogFlags log = new LogFlags();

    @Option(
            names = "--db-path",
            paramLabel = "FILE",
            defaultValue = "${env:NIXFLEET_DB_PATH:-" + DEFAULT_DATABASE + "}",
            description =
                    "The agent's state. Variable: NIXFLEET_DB_PATH. Default: "
                            + DEFAULT_DATABASE
                            + ".")
    private Path database = Path.of(DEFAULT_DATABASE);

    /**
     * The settings that these options make. The types that they are made of have the checks; the
     * files that they name have been read.
     *
     * @throws UsageException naming the first option, or file, that is of no use
     */
    AgentSettings settings() {
        try {
            TlsPaths tls = controlPlane.tls();
            return new AgentSettings(
                    controlPlane.controlPlane(tls, Version.userAgent()),
                    controlPlane.polling(),
                    health.reporting(),
                    fetch.fetching(controlPlane.allowInsecure()),
                    FlagValues.file(database).orElse(Path.of(DEFAULT_DATABASE)),
                    apply.dryRun(),
                    health.config(),
                    apply.applying(),
                    endpoints.metricsPort(),
                    endpoints.push(tls),
                    endpoints.socket());
        } catch (FormatException | IllegalArgumentException | IOException e) {
            throw new UsageException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether they say whose agent this is: others may have to be asked if not. */
    boolean namesControlPlane() {
        return controlPlane.named();
    }

    /** The same for a look at the host: one that is wrong hides no other. */
    Subject subject(Subject.Origin origin, Optional<StorePath> path) {
        Given<TlsPaths> paths = Given.of(controlPlane::tls);
        Given<TlsFiles> tls =
                switch (paths) {
                    case Given.Value<TlsPaths>(var files) -> Given.of(() -> TlsFiles.open(files));
                    case Given.Wrong<TlsPaths>(var problem) -> new Given.Wrong<>(problem);
                };
        Given<ControlPlaneOptions> link =
                Given.of(
                        () ->
                                controlPlane.controlPlane(
                                        tls.found().isPresent()
                                                ? tls.found().get()
                                                : TlsFiles.open(TlsPaths.NONE),
                                        Version.userAgent()));
        var wrong = new ArrayList<String>();
        note(Given.of(controlPlane::polling), wrong);
        note(Given.of(health::reporting), wrong);
        note(Given.of(endpoints::metricsPort), wrong);
        note(Given.of(log::level), wrong);
        if (tls.found().isPresent() && paths.found().isPresent()) {
            note(Given.of(() -> endpoints.push(paths.found().get())), wrong);
        }
        Given<Boolean> insecure = Given.of(controlPlane::allowInsecure);
        Given<AgentSettings.Applying> applying = Given.of(apply::applying);
        note(applying, wrong);
        var sources =
                fetch.sources(insecure.found().orElse(false), origin.environment(), path, wrong);
        return new Subject(
                origin.and(wrong),
                new Subject.Link(link, tls),
                sources,
                new Subject.Places(
                        FlagValues.file(database).orElse(Path.of(DEFAULT_DATABASE)),
                        applying.found().map(AgentSettings.Applying::bootFloor).orElse(0L),
                        endpoints.socket(),
                        health.config(),
                        Given.of(this::secretFiles).found().orElse(Map.of())));
    }

    private static void note(Given<?> given, List<String> wrong) {
        if (given instanceof Given.Wrong<?>(var problem)) {
            wrong.add(problem);
        }
    }

    /** The files with secrets that are read all the time, by what they are. */
    Map<String, Path> secretFiles() {
        var files = new LinkedHashMap<String, Path>();
        controlPlane.tls().keyFile().ifPresent(file -> files.put("client key", file));
        endpoints.ownKey().ifPresent(file -> files.put("key of --listen", file));
        fetch.logins().ifPresent(file -> files.put("netrc file", file));
        return files;
    }

    Level logLevel() {
        return log.level();
    }
}
