package io.nixfleet.agent.cli;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Option;

/** Defaults of options as they are in another environment than ours. */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {
    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\{env:([A-Z0-9_]+)(?::-([^}]*))?\\}");

    EnvironmentDefaults {
        environment = Map.copyOf(environment);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec option) {
        Matcher variable = VARIABLE.matcher(written(option));
        return variable.matches()
                ? environment.getOrDefault(variable.group(1), variable.group(2))
                : null;
    }

    /** The default as the code has it; picocli itself tells only what it makes of it. */
    private static String written(ArgSpec option) {
        @Nullable Option annotation =
                option.userObject() instanceof Field field
                        ? field.getAnnotation(Option.class)
                        : null;
        return annotation == null ? "" : annotation.defaultValue();
    }
}
