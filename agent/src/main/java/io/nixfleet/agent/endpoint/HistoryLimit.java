package io.nixfleet.agent.endpoint;

import java.util.Optional;

/** The {@code limit} of {@code /v1/history?limit=N}. */
final class HistoryLimit {
    private static final int DEFAULT = 20;
    private static final int MOST = 500;

    private HistoryLimit() {}

    static int of(Route.Request request) throws BadRequestException {
        Optional<String> query = request.query().filter(text -> !text.isEmpty());
        if (query.isEmpty()) {
            return DEFAULT;
        }
        String text = query.get();
        if (!text.matches("limit=[0-9]{1,3}")) {
            throw wrong();
        }
        int limit = Integer.parseInt(text.substring("limit=".length()));
        if (limit < 1 || limit > MOST) {
            throw wrong();
        }
        return limit;
    }

    private static BadRequestException wrong() {
        return new BadRequestException(
                400, "the query of this path is limit=N, with N from 1 to " + MOST);
    }
}
