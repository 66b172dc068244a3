package io.nixfleet.it.system;

import io.nixfleet.it.host.Evidence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Opens a {@link Scene} for each test and closes it afterwards; for a class whose
 * {@code @BeforeAll} takes one, that one for all its tests.
 */
final class SceneExtension implements ParameterResolver, AfterEachCallback, AfterAllCallback {
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
        // Of this test, or of its class.
        Scene scene = context.getStore(NAMESPACE).get(Scene.class, Scene.class);
        try {
            if (scene != null && context.getExecutionException().isPresent()) {
                scene.host().dump(Evidence.of(context));
            }
        } finally {
            close(context);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close(context);
    }

    private static void close(ExtensionContext context) {
        Scene own = context.getStore(NAMESPACE).remove(Scene.class, Scene.class);
        if (own != null) {
            own.close();
        }
    }
}
