package io.nixfleet.testing.controlplane;

/** Which of the calls to a control plane. */
public enum Calls {
    ALL,
    /** Of machines that ask what to run. */
    POLL,
    /** Of machines that say what they run. */
    REPORT,
    /** All that are not of machines. */
    OPERATOR;

    boolean include(HttpRequest request) {
        var machineCall = MachineCall.of(request);
        return switch (this) {
            case ALL -> true;
            case POLL -> machineCall.isPresent() && machineCall.get().poll();
            case REPORT -> machineCall.isPresent() && !machineCall.get().poll();
            case OPERATOR -> machineCall.isEmpty();
        };
    }
}
