package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers operators as a NixFleet v0.1 control plane does. */
final class OperatorAnswers {
    private final List<Route> routes = new ArrayList<>();

    OperatorAnswers(Fleet fleet) {
        routes.addAll(new MachineAnswers(fleet).routes());
        routes.addAll(new ReleaseAnswers(fleet).routes());
        routes.addAll(new RolloutAnswers(fleet).routes());
    }

    /**
     * @param key that operators must show; if it is empty, none
     */
    HttpAnswer answer(HttpRequest request, Optional<String> key) {
        List<Route> there =
                routes.stream().filter(route -> route.names(request).isPresent()).toList();
        if (there.isEmpty()) {
            return HttpAnswer.empty(404);
        }
        if (key.isPresent() && !request.header("authorization").equals("Bearer " + key.get())) {
            return HttpAnswer.empty(401);
        }
        return there.stream()
                .filter(route -> route.method().equals(request.method()))
                .findFirst()
                .map(route -> answer(route, request))
                .orElse(HttpAnswer.empty(405));
    }

    private static HttpAnswer answer(Route route, HttpRequest request) {
        List<String> names = route.names(request).orElseThrow();
        for (String name : names) {
            if (name.getBytes(StandardCharsets.UTF_8).length > MachineCall.MAX_ID_BYTES) {
                throw Refusal.bad("id too long");
            }
        }
        return route.handler().answer(request, names);
    }
}
