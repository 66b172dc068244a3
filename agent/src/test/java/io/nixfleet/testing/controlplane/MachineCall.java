package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call that machines make.
 *
 * @param machine its name, decoded
 * @param poll whether it asks what to run; else it reports
 */
record MachineCall(String machine, boolean poll) {
    static final int MAX_ID_BYTES = 128;

    private static final Pattern TARGET =
            Pattern.compile("/api/v1/machines/([^/]*)/(desired-generation|report)");

    static Optional<MachineCall> of(HttpRequest request) {
        Matcher target = TARGET.matcher(request.target());
        if (!target.matches()) {
            return Optional.empty();
        }
        try {
            boolean poll = target.group(2).equals("desired-generation");
            return Optional.of(new MachineCall(HttpRequest.decoded(target.group(1)), poll));
        } catch (Refusal _) {
            return Optional.empty();
        }
    }

    String method() {
        return poll ? "GET" : "POST";
    }

    boolean tooLong() {
        return machine.getBytes(StandardCharsets.UTF_8).length > MAX_ID_BYTES;
    }
}
