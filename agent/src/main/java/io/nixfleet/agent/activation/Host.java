package io.nixfleet.agent.activation;

import io.nixfleet.agent.deploy.SystemState;
import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.agent.process.ProcessRunner;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The systems that this host runs and has. */
public final class Host {
    private static final int MOST_LINKS = 8;

    private final HostPaths paths;
    private final HostCommands commands;
    private final SystemProfile profile;

    public Host(HostPaths paths, HostCommands commands) {
        this.paths = paths;
        this.commands = commands;
        this.profile = new SystemProfile(paths, commands);
    }

    /**
     * Looks up what the host has. A link that is missing is empty.
     *
     * @throws HostException when a link leads to something else than it should
     */
    public SystemState state() throws HostException {
        return new SystemState(running(), profile.current());
    }

    private Optional<StorePath> running() throws HostException {
        Path link = paths.currentSystem();
        Path store = Path.of(StoreDir.NIX_STORE.path());
        for (int i = 0; i < MOST_LINKS; i++) {
            Optional<Path> target = SystemProfile.target(link);
            if (target.isEmpty()) {
                if (i == 0) {
                    return Optional.empty();
                }
                throw new HostException(
                        "%s leads to %s, which is missing".formatted(paths.currentSystem(), link));
            }
            Path next = target.get();
            if (next.startsWith(store)) {
                return Optional.of(SystemProfile.storePath(link, next));
            }
            link =
                    next.isAbsolute()
                            ? paths.root().resolve(next.toString().substring(1))
                            : link.resolveSibling(next).normalize();
        }
        throw new HostException(
                "%s leads through more than %d links".formatted(paths.currentSystem(), MOST_LINKS));
    }

    /**
     * Says why a system cannot be activated here; empty when it can.
     *
     * @throws HostException when Nix cannot be asked
     */
    public Optional<String> whyNotActivatable(StorePath system)
            throws HostException, InterruptedException {
        Path files = paths.files(system);
        if (!Files.exists(files)) {
            return Optional.of(system + " is not in this host's store; fetch it first");
        }
        Path program = paths.switchProgram(system);
        if (!Files.exists(program)) {
            return Optional.of(
                    Files.exists(files.resolve("activate")) && !Files.exists(files.resolve("init"))
                            ? "%s is no NixOS system: it has 'activate', but no 'bin/switch-to-configuration', as a nix-darwin or home-manager system does"
                                    .formatted(system)
                            : "%s is no NixOS system: it has no 'bin/switch-to-configuration'; deploy the top level of a NixOS configuration (config.system.build.toplevel)"
                                    .formatted(system));
        }
        if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
            return Optional.of(
                    "%s is broken: its 'bin/switch-to-configuration' is not executable; try 'nix-store --verify-path' on it"
                            .formatted(system));
        }
        return isValid(system)
                ? Optional.empty()
                : Optional.of(
                        "%s lies in this host's store but is not valid there; fetch it again"
                                .formatted(system));
    }

    private boolean isValid(StorePath system) throws HostException, InterruptedException {
        try {
            ProcessRunner.Result answer =
                    commands.run("nix-store", "--check-validity", system.toString());
            return answer.exitCode() == 0;
        } catch (IOException e) {
            throw new HostException(
                    "could not ask Nix whether %s is valid: %s".formatted(system, e.getMessage()),
                    e);
        }
    }

    /**
     * Makes a system the current generation of the system profile; a new one, unless it is current
     * already.
     */
    public Generation setProfile(StorePath system) throws HostException, InterruptedException {
        return profile.set(system);
    }

    /**
     * Returns the system profile to what it was: the same generation, or, should that be gone, a
     * new one of the same system. Empty, where there was no profile, removes its link.
     */
    public void restoreProfile(Optional<Generation> before)
            throws HostException, InterruptedException {
        if (before.isPresent()) {
            profile.restore(before.get());
        } else {
            profile.remove();
        }
    }
}
