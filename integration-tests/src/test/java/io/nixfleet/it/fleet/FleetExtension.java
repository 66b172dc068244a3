package io.nixfleet.it.fleet;

import io.nixfleet.it.host.Evidence;
import io.nixfleet.it.report.RunDirectory;
import io.nixfleet.it.report.Timeline;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test {@link Fleets} and closes them afterwards; for a class whose {@code @BeforeAll}
 * takes them, the same for all its tests.
 */
final class FleetExtension
        implements ParameterResolver, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(FleetExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Fleets.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Systems systems =
                context.getRoot()
                        .getStore(NAMESPACE)
                        .getOrComputeIfAbsent(Systems.class, _ -> Systems.create(), Systems.class);
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        Fleets.class,
                        _ ->
                                new Fleets(
                                        Objects.requireNonNull(systems),
                                        timeline(context).orElseGet(() -> begin(context))));
    }

    private static Timeline begin(ExtensionContext context) {
        Optional<Scenario> scenario =
                context.getTestMethod().map(method -> method.getAnnotation(Scenario.class));
        return Timeline.begin(
                scenario.map(Scenario::value).orElse(context.getDisplayName()) + variant(context),
                scenario.map(Scenario::says).orElse(""));
    }

    /** Which of several runs of a parameterized test it is. */
    private static String variant(ExtensionContext context) {
        boolean one =
                context.getTestMethod()
                        .map(method -> context.getDisplayName().startsWith(method.getName()))
                        .orElse(true);
        return one ? "" : ": " + context.getDisplayName();
    }

    private static Optional<Timeline> timeline(ExtensionContext context) {
        return Optional.ofNullable(context.getStore(NAMESPACE).get(Timeline.class, Timeline.class));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        Timeline timeline = begin(context);
        context.getStore(NAMESPACE).put(Timeline.class, timeline);
        Fleets shared = context.getStore(NAMESPACE).get(Fleets.class, Fleets.class);
        if (shared != null) {
            shared.tellTo(timeline);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        Timeline timeline = timeline(context).orElseThrow();
        timeline.ended(context.getExecutionException().map(Throwable::toString));
        RunDirectory.add(timeline);
        Fleets fleets = context.getStore(NAMESPACE).get(Fleets.class, Fleets.class);
        try {
            if (fleets != null && context.getExecutionException().isPresent()) {
                fleets.dump(Evidence.of(context));
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
        Fleets own = context.getStore(NAMESPACE).remove(Fleets.class, Fleets.class);
        if (own != null) {
            own.close();
        }
    }
}
