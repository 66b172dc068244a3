package io.nixfleet.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What {@code --help} has for each command. */
class HelpTest {
    private static final int WIDTH = 80;
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Z_]+).*");

    private static Stream<CommandLine> commands() {
        return withSubcommands(CommandLines.commandLine());
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command),
                command.getSubcommands().values().stream().flatMap(HelpTest::withSubcommands));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasTheSameSectionsInTheSameOrder(CommandLine command) {
        List<String> headings =
                command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                        .lines()
                        .filter(
                                line ->
                                        line.matches(
                                                "(Usage|Commands|Arguments|Options|Exit"
                                                        + " codes|Examples):( .*)?"))
                        .toList();

        assertThat(headings)
                .filteredOn(line -> !line.matches("(Commands|Arguments):"))
                .map(line -> line.replaceFirst(":.*", ""))
                .containsExactly("Usage", "Options", "Exit codes", "Examples");
        assertThat(headings.getFirst())
                .startsWith("Usage: " + command.getCommandSpec().qualifiedName());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void fitsATerminal(CommandLine command) {
        assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(WIDTH));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasExamplesThatItWouldTake(CommandLine command) {
        String[] footer = command.getCommandSpec().usageMessage().footer();
        List<String> examples =
                List.of(
                        String.join("\n", footer)
                                .replaceAll("\\\\\n *", "")
                                .strip()
                                .split("\n *", -1));

        assertThat(examples)
                .hasSizeBetween(1, 3)
                .allSatisfy(
                        example -> {
                            assertThat(example).startsWith("nixfleet ");
                            // As a shell would part it: none of the quoted words matters here.
                            String[] words =
                                    example.replaceAll("'[^']*'", "quoted").split(" +", -1);
                            var arguments = Stream.of(words).skip(1).toArray(String[]::new);
                            CommandLines.commandLine().parseArgs(arguments);
                        });
    }

    @ParameterizedTest
    @MethodSource("commands")
    void saysWhatItDoesAndWhichExitCodesItHas(CommandLine command) {
        var usage = command.getCommandSpec().usageMessage();

        // Picocli puts null where it knows no variable of a name.
        assertThat(String.join(" ", usage.description()))
                .endsWith(".")
                .hasSizeGreaterThan(20)
                .doesNotContain("null");
        Map<String, String> codes = usage.exitCodeList();
        assertThat(codes).hasSizeGreaterThan(2).containsKey("2");
        assertThat(codes.values()).allSatisfy(meaning -> assertThat(meaning).isNotBlank());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void describesEachOptionAndArgument(CommandLine command) {
        assertThat(command.getCommandSpec().args())
                .isNotEmpty()
                .allSatisfy(
                        one ->
                                assertThat(String.join(" ", one.description()))
                                        .as(one.paramLabel())
                                        .hasSizeGreaterThan(10)
                                        .endsWith("."));
        assertThat(command.getCommandSpec().options())
                .filteredOn(option -> option.arity().max() > 0)
                .allSatisfy(
                        option ->
                                assertThat(option.paramLabel())
                                        .as(option.longestName())
                                        .matches("[A-Z_]+(:[A-Z]+)?"));
        assertThat(command.getCommandSpec().optionsMap()).containsKeys("-h", "--help");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void namesTheVariableAndTheDefaultOfEachOptionThatHasThem(CommandLine command) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            String description = String.join(" ", option.description());
            String written = written(option);
            Matcher variable = VARIABLE.matcher(written);
            if (variable.matches()) {
                assertThat(description)
                        .as(option.longestName())
                        .contains("Variable: " + variable.group(1));
            }
            String otherwise = written.replaceFirst("^\\$\\{env:[A-Z_]+(:-)?", "").replace("}", "");
            if (!otherwise.isEmpty() && !otherwise.equals("false")) {
                assertThat(description).as(option.longestName()).contains("Default: " + otherwise);
            }
        }
    }

    private static String written(ArgSpec option) {
        CommandLine.Option annotation =
                option.userObject() instanceof java.lang.reflect.Field field
                        ? field.getAnnotation(CommandLine.Option.class)
                        : null;
        return annotation == null
                ? ""
                : annotation.defaultValue().replace("__no_default_value__", "");
    }
}
