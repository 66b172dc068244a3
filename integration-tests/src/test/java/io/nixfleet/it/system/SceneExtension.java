package io.nixfleet.it.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Opens a {@link Scene} for each test and closes it afterwards. */
final class SceneExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(SceneExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Scene.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Stage stage =
                context.getRoot()
                        .getStore(NAMESPACE)
                        .getOrComputeIfAbsent(Stage.class, _ -> Stage.build(), Stage.class);
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Scene.class, _ -> open(Objects.requireNonNull(stage)));
    }

    private static Scene open(Stage stage) {
        try {
            return Scene.open(stage);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        Scene scene = context.getStore(NAMESPACE).remove(Scene.class, Scene.class);
        if (scene == null) {
            return;
        }
        try (scene) {
            if (context.getExecutionException().isPresent()) {
                scene.host().dump(evidence(context));
            }
        }
    }

    private static Path evidence(ExtensionContext context) {
        return Path.of(
                System.getProperty("nixfleet.evidence.dir", "target/hosts"),
                context.getRequiredTestClass().getSimpleName(),
                context.getDisplayName().replaceAll("[^A-Za-z0-9]+", "-"));
    }
}
