package io.nixfleet.agent.controlplane;

import io.nixfleet.agent.tls.ClientIdentity;
import io.nixfleet.protocol.json.ProtocolException;
import java.util.Optional;

/**
 * What is wrong with an answer to a machine, in words that tell an operator where to look.
 *
 * @param machineId as the control plane should know the machine
 */
record AnswerReason(String machineId, FailureReason failures) {
    /** An answer with a status that the contract has no use for. */
    String ofStatus(Answer answer) {
        if (answer.status() == 403) {
            return failures.at("answers 403: " + refusal());
        }
        if (answer.redirect()) {
            return failures.at(
                    "answers %d and leads to '%s', where the agent does not follow; give the final"
                                    .formatted(answer.status(), PrintableText.of(answer.location()))
                            + " address as --control-plane-url");
        }
        if (answer.status() == 404) {
            return failures.at("answers 404; check that --control-plane-url has the right path");
        }
        String body = answer.body().isBlank() ? "" : ": " + PrintableText.of(answer.body().strip());
        return failures.at("answers " + answer.status() + body);
    }

    private String refusal() {
        Optional<ClientIdentity> own = failures.identity();
        if (own.isEmpty()) {
            return "it wants to know this machine by a certificate; give --client-cert and"
                    + " --client-key";
        }
        String name = own.get().commonName().orElse("");
        return name.equals(machineId)
                ? "it does not let machine '%s' in, whose certificate has that CN"
                        .formatted(machineId)
                : "the CN of the client certificate is '%s', and the machine id is '%s'; they must be equal"
                        .formatted(PrintableText.of(name), machineId);
    }

    /** An answer that is not what the contract says. */
    String ofGarbage(ProtocolException problem, Answer answer) {
        return failures.at(
                "answers what is not of its contract: %s; it sent '%s'"
                        .formatted(problem.getMessage(), PrintableText.of(answer.body())));
    }
}
