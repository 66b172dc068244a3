package io.nixfleet.it.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged agent, run as a user runs it, on a host with a given Nix. */
final class AgentProgram implements AutoCloseable {
    private static final long LIMIT_SECONDS = 600;

    private final Path directory;
    private final Path launcher;

    /**
     * How a run ended.
     *
     * @param peakKiB the most resident memory that it had, in KiB
     */
    record Run(int exitCode, String stdout, String stderr, long peakKiB) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(stdout);
        }
    }

    private AgentProgram(Path directory, Path launcher) {
        this.directory = directory;
        this.launcher = launcher;
    }

    /** The package of this build; {@code nix} and {@code nix-daemon} on its PATH are that Nix's. */
    static AgentProgram with(NixInstallation nix) throws IOException {
        Path directory = Files.createTempDirectory("nixfleet-path-");
        for (String program : List.of("nix", "nix-daemon", "nix-store")) {
            Path wrapper = directory.resolve(program);
            String command = String.join(" ", nix.command(program));
            Files.writeString(wrapper, "#!/bin/sh\nexec " + command + " \"$@\"\n");
            Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return new AgentProgram(
                directory,
                Path.of(System.getProperty("nixfleet.package.dir"), "bin/nixfleet-agent"));
    }

    Run run(String... arguments) throws IOException, InterruptedException {
        Path peak = directory.resolve("peak");
        var command = new ArrayList<String>();
        command.addAll(List.of("/usr/bin/time", "--quiet", "-f", "%M", "-o", peak.toString()));
        command.add(launcher.toString());
        command.addAll(List.of(arguments));
        Path stdout = directory.resolve("stdout");
        Path stderr = directory.resolve("stderr");
        var builder =
                new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(stdout.toFile())
                        .redirectError(stderr.toFile());
        builder.environment().put("PATH", directory + ":/usr/bin:/bin:/usr/sbin:/sbin");
        Process process = builder.start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("did not end: " + command);
        }
        return new Run(
                process.exitValue(),
                Files.readString(stdout),
                Files.readString(stderr),
                Long.parseLong(Files.readString(peak).strip()));
    }

    @Override
    public void close() {
        Commands.run(List.of("rm", "-rf", directory.toString()));
    }
}
