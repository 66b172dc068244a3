package io.nixfleet.testing.controlplane;

import io.nixfleet.testing.controlplane.rollout.Refusal;
import java.util.Optional;

/** Answers each call as a right control plane does. */
final class Answers {
    private final ContractAnswers machines;
    private final OperatorAnswers operators;
    private volatile Optional<String> key = Optional.empty();

    Answers(Fleet fleet) {
        this.machines = new ContractAnswers(fleet);
        this.operators = new OperatorAnswers(fleet);
    }

    void demandKey(String newKey) {
        key = Optional.of(newKey);
    }

    /**
     * @param clientName the CN of the client's certificate, if it had to show one
     */
    HttpAnswer answer(HttpRequest request, Optional<String> clientName) {
        try {
            return MachineCall.of(request)
                    .map(call -> machines.answer(call, request, clientName))
                    .orElseGet(() -> operators.answer(request, key));
        } catch (Refusal refusal) {
            return HttpAnswer.text(refusal.status(), refusal.reason());
        }
    }
}
