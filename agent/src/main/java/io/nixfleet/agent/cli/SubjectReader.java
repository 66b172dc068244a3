package io.nixfleet.agent.cli;

import io.nixfleet.agent.doctor.Programs;
import io.nixfleet.agent.doctor.Subject;
import io.nixfleet.agent.doctor.UnitCommand;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The daemon's options for {@code doctor}: those of its own command line, or else those of the
 * unit, over which the own ones go.
 *
 * @param path that caches are asked for
 */
record SubjectReader(RunOptions own, Optional<StorePath> path) {
    private static final String OF_OURS = "options and variables of this command";
    private static final String OF_THE_UNIT = "nixfleet-agent.service";

    /** The daemon's command line, as a unit has it. */
    @Command(name = "nixfleet-agent")
    private static final class Daemon {
        @Mixin private RunOptions options = new RunOptions();
    }

    /**
     * @param given the own command line
     * @param programs to ask systemd
     */
    Subject read(ParseResult given, Programs programs) throws InterruptedException {
        Optional<UnitCommand> unit =
                own.namesControlPlane() ? Optional.empty() : UnitCommand.find(programs);
        return unit.isPresent()
                ? ofUnit(unit.get(), options(given), programs.environment())
                : own.subject(
                        new Subject.Origin(OF_OURS, List.of(), List.of(), programs.environment()),
                        path);
    }

    /**
     * @param more options that go over those of the unit
     * @param variables of our own
     */
    Subject ofUnit(UnitCommand unit, List<String> more, Map<String, String> variables) {
        var defaults = new HashMap<>(unit.environment());
        defaults.putAll(variables);
        var environment = new HashMap<>(variables);
        environment.putAll(unit.environment());
        var arguments = new ArrayList<>(unit.arguments());
        arguments.addAll(more);
        var daemon = new Daemon();
        var origin = new Subject.Origin(OF_THE_UNIT, List.of(), unit.files(), environment);
        try {
            new CommandLine(daemon)
                    .setOverwrittenOptionsAllowed(true)
                    .setDefaultValueProvider(new EnvironmentDefaults(defaults))
                    .parseArgs(arguments.toArray(String[]::new));
            return daemon.options.subject(origin, path);
        } catch (ParameterException e) {
            return own.subject(origin.and(List.of(problem(e))), path);
        }
    }

    /** Without any value: it may be a secret. */
    private static String problem(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            List<String> options =
                    unmatched.getUnmatched().stream()
                            .filter(word -> word.startsWith("-"))
                            .map(word -> word.replaceFirst("=.*", ""))
                            .toList();
            return "the unit's command line has what this agent does not know: "
                    + (options.isEmpty() ? "a word that is no option" : String.join(", ", options));
        }
        @Nullable ArgSpec option = failure.getArgSpec();
        return option instanceof OptionSpec named
                ? "the unit's command line: %s has no value, or none of use"
                        .formatted(named.longestName())
                : "the unit's command line cannot be understood";
    }

    /** Those of the daemon's options that were given, as they were given. */
    private static List<String> options(ParseResult given) {
        return given.matchedOptions().stream()
                .filter(SubjectReader::isOfTheDaemon)
                .distinct()
                .flatMap(SubjectReader::words)
                .toList();
    }

    private static boolean isOfTheDaemon(OptionSpec option) {
        return CommandLine.Model.CommandSpec.forAnnotatedObject(new Daemon())
                .optionsMap()
                .containsKey(option.longestName());
    }

    private static Stream<String> words(OptionSpec option) {
        String name = option.longestName();
        return option.arity().max() == 0
                ? Stream.of(name)
                : option.originalStringValues().stream().map(value -> name + "=" + value);
    }
}
