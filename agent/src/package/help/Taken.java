import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;

/** What an option takes, as far as that helps to complete it. */
sealed interface Taken {
    record Nothing() implements Taken {}

    record Files() implements Taken {}

    record Directories() implements Taken {}

    record StorePaths() implements Taken {}

    /** One of a few words. */
    record Words(List<String> words) implements Taken {}

    /** A number, a name, a URL: nobody but the user knows it. */
    record Anything() implements Taken {}

    /** A description that begins with all values of its option. */
    Pattern VALUES = Pattern.compile("([a-z-]+(?:, [a-z-]+)*) or ([a-z-]+)\\. .*");

    static Taken of(OptionSpec option) {
        if (option.arity().max() == 0) {
            return new Nothing();
        }
        return switch (option.paramLabel()) {
            case "FILE", "LINK" -> new Files();
            case "DIR" -> new Directories();
            case "STORE_PATH" -> new StorePaths();
            case "BOOL" -> new Words(List.of("true", "false"));
            case "STORE" -> new Words(List.of("auto", "daemon"));
            default -> {
                Matcher values = VALUES.matcher(Command.text(option.description()));
                if (!values.matches()) {
                    yield new Anything();
                }
                var words = new ArrayList<>(List.of(values.group(1).split(", ")));
                words.add(values.group(2));
                yield new Words(words);
            }
        };
    }

    /** Whether the option may stand without it. */
    static boolean optional(OptionSpec option) {
        return option.arity().min() == 0;
    }
}
