package io.nixfleet.cli.command;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.cli.settings.FleetFile;
import io.nixfleet.cli.settings.NewFleetFile;
import io.nixfleet.cli.settings.Setting;
import io.nixfleet.cli.view.Done;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nixfleet init}: writes the fleet's file. */
@Command(
        name = "init",
        customSynopsis = "nixfleet init --control-plane-url URL [OPTION]...",
        description =
                "Write .nixfleet.toml here: the settings that other commands find from here and"
                        + " below. $${NAME} in a value will stand for a variable.",
        exitCodeList = {
            "0:written",
            "1:unexpected: a fault of ours",
            "2:an option is wrong, or there is such a file"
        },
        footer = {
            "  nixfleet init --control-plane-url https://fleet.example.com \\",
            "    --push-to ssh://root@cache --cache-url http://cache:5000"
        })
final class InitCommand implements Callable<Integer> {
    @Option(
            names = "--control-plane-url",
            required = true,
            paramLabel = "URL",
            description = "The control plane.")
    private @Nullable String controlPlaneUrl;

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            description = "Certificate authorities in PEM, besides the system's.")
    private @Nullable String caCert;

    @Option(
            names = "--client-cert",
            paramLabel = "FILE",
            description = "The operator's certificate in PEM.")
    private @Nullable String clientCert;

    @Option(
            names = "--client-key",
            paramLabel = "FILE",
            description = "The key of that certificate in PEM.")
    private @Nullable String clientKey;

    @Option(
            names = "--cache-url",
            paramLabel = "URL",
            description = "Where hosts fetch releases from.")
    private @Nullable String cacheUrl;

    @Option(
            names = "--push-to",
            paramLabel = "URL",
            description = "Where releases are copied, such as ssh://root@cache.")
    private @Nullable String pushTo;

    @Option(
            names = "--hook-url",
            paramLabel = "URL",
            description = "Where hosts fetch releases from that a push hook pushed.")
    private @Nullable String hookUrl;

    @Option(
            names = "--hook-push-cmd",
            paramLabel = "COMMAND",
            description = "The push hook of 'release create --hook', {} standing for the path.")
    private @Nullable String hook;

    @Option(
            names = "--strategy",
            paramLabel = "WORD",
            description = "all-at-once, canary or staged. What 'deploy' does by default.")
    private @Nullable String strategy;

    @Option(
            names = "--on-failure",
            paramLabel = "WORD",
            description = "pause or revert. What becomes of a rollout with a failed batch.")
    private @Nullable String onFailure;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var output = CommandOutput.of(spec, json);
        Path file = Path.of(FleetFile.NAME);
        try {
            new NewFleetFile(values()).write(file);
        } catch (FileAlreadyExistsException _) {
            return output.fail(
                    ExitCode.USAGE, "%s is there already: edit or remove it".formatted(file));
        } catch (IOException e) {
            return output.fail(ExitCode.USAGE, "%s cannot be written: %s".formatted(file, e));
        }
        output.print(new Done("written", file.toString(), "wrote " + file), false);
        return ExitCode.OK.code();
    }

    private Map<Setting, String> values() {
        var values = new EnumMap<Setting, String>(Setting.class);
        put(values, Setting.CONTROL_PLANE_URL, controlPlaneUrl);
        put(values, Setting.CA_CERT, caCert);
        put(values, Setting.CLIENT_CERT, clientCert);
        put(values, Setting.CLIENT_KEY, clientKey);
        put(values, Setting.CACHE_URL, cacheUrl);
        put(values, Setting.PUSH_TO, pushTo);
        put(values, Setting.HOOK_URL, hookUrl);
        put(values, Setting.HOOK_COMMAND, hook);
        put(values, Setting.STRATEGY, strategy);
        put(values, Setting.ON_FAILURE, onFailure);
        return values;
    }

    private static void put(Map<Setting, String> values, Setting setting, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            values.put(setting, value);
        }
    }
}
