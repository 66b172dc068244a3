package io.nixfleet.testing.controlplane;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What answers requests of one method and shape of path.
 *
 * @param path segments after {@code /api/v1/}; {@code *} stands for a name
 */
record Route(String method, List<String> path, Handler handler) {
    private static final String ROOT = "/api/v1/";

    /** Answers a request with these names in its path. */
    interface Handler {
        HttpAnswer answer(HttpRequest request, List<String> names);
    }

    static Route of(String method, String path, Handler handler) {
        return new Route(method, List.of(path.split("/")), handler);
    }

    /** The names in the path of a request, if it is of this shape. */
    Optional<List<String>> names(HttpRequest request) {
        if (!request.path().startsWith(ROOT)) {
            return Optional.empty();
        }
        List<String> segments = List.of(request.path().substring(ROOT.length()).split("/", -1));
        if (segments.size() != path.size()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < path.size(); i++) {
            String segment = HttpRequest.decoded(segments.get(i));
            if (path.get(i).equals("*")) {
                names.add(segment);
            } else if (!path.get(i).equals(segment)) {
                return Optional.empty();
            }
        }
        return Optional.of(names);
    }
}
