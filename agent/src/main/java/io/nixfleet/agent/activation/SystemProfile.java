package io.nixfleet.agent.activation;

import io.nixfleet.agent.deploy.SystemState.Generation;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The system profile: a link to one of its generations, each a link to a system. */
final class SystemProfile {
    private static final Pattern GENERATION = Pattern.compile("system-([0-9]{1,9})-link");

    private final HostPaths paths;
    private final HostCommands commands;

    SystemProfile(HostPaths paths, HostCommands commands) {
        this.paths = paths;
        this.commands = commands;
    }

    Optional<Generation> current() throws HostException {
        Path profile = paths.systemProfile();
        Optional<Path> target = target(profile);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        Matcher name = GENERATION.matcher(target.get().toString());
        if (!name.matches()) {
            throw new HostException(
                    "the system profile %s leads to '%s', which is none of its generations"
                            .formatted(profile, target.get()));
        }
        int number = Integer.parseInt(name.group(1));
        StorePath system =
                system(number)
                        .orElseThrow(
                                () ->
                                        new HostException(
                                                "the system profile %s leads to generation %d, whose link is gone"
                                                        .formatted(profile, number)));
        return Optional.of(new Generation(number, system));
    }

    /** Where a generation leads, if it is there. */
    Optional<StorePath> system(int generation) throws HostException {
        Path link = paths.generation(generation);
        Optional<Path> target = target(link);
        return target.isPresent() ? Optional.of(storePath(link, target.get())) : Optional.empty();
    }

    Generation set(StorePath system) throws HostException, InterruptedException {
        Optional<Generation> now = current();
        if (now.isPresent() && now.get().system().equals(system)) {
            return now.get();
        }
        commands.require(
                "set the system profile to " + system,
                List.of(
                        "nix-env",
                        "--profile",
                        paths.systemProfile().toString(),
                        "--set",
                        system.toString()));
        return mustLeadTo(system);
    }

    /** Makes exactly this the current generation. */
    void restore(Generation generation) throws HostException, InterruptedException {
        if (current().equals(Optional.of(generation))) {
            return;
        }
        boolean kept = system(generation.number()).equals(Optional.of(generation.system()));
        if (!kept) {
            // Someone deleted the generation or made another of its number: the system counts.
            set(generation.system());
            return;
        }
        commands.require(
                "switch the system profile back to generation " + generation.number(),
                List.of(
                        "nix-env",
                        "--profile",
                        paths.systemProfile().toString(),
                        "--switch-generation",
                        Integer.toString(generation.number())));
        mustLeadTo(generation.system());
    }

    /** Makes none the current generation. Those that are there stay. */
    void remove() throws HostException {
        try {
            Files.deleteIfExists(paths.systemProfile());
        } catch (IOException e) {
            throw new HostException(
                    "could not remove the system profile %s: %s"
                            .formatted(paths.systemProfile(), e),
                    e);
        }
    }

    private Generation mustLeadTo(StorePath system) throws HostException {
        Optional<Generation> now = current();
        if (now.isEmpty() || !now.get().system().equals(system)) {
            throw new HostException(
                    "nix-env said nothing, but the system profile leads to %s and not to %s"
                            .formatted(
                                    now.map(found -> found.system().toString()).orElse("nothing"),
                                    system));
        }
        return now.get();
    }

    /** Reads a link that may be missing, but nothing else than a link. */
    static Optional<Path> target(Path link) throws HostException {
        try {
            return Optional.of(Files.readSymbolicLink(link));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (NotLinkException e) {
            throw new HostException("%s is no symbolic link, as it should be".formatted(link), e);
        } catch (IOException e) {
            throw new HostException("could not read the link %s: %s".formatted(link, e), e);
        }
    }

    static StorePath storePath(Path link, Path target) throws HostException {
        try {
            return StorePath.parse(StoreDir.NIX_STORE, target.toString());
        } catch (FormatException e) {
            throw new HostException(
                    "the link %s leads astray: %s".formatted(link, e.getMessage()), e);
        }
    }
}
