package io.nixfleet.testing.controlplane;

/**
 * Which calls go wrong, and how often.
 *
 * @param times how many calls; those after them are answered right
 */
record FaultPlan(Fault fault, Calls calls, int times) {
    /** Which of the contract's calls. */
    enum Calls {
        ALL,
        POLL,
        REPORT;

        boolean include(HttpRequest request) {
            return switch (this) {
                case ALL -> true;
                case POLL -> request.method().equals("GET");
                case REPORT -> request.method().equals("POST");
            };
        }
    }

    static final FaultPlan NONE = new FaultPlan(new Fault.None(), Calls.ALL, Integer.MAX_VALUE);

    FaultPlan after() {
        return times <= 1 ? NONE : new FaultPlan(fault, calls, times - 1);
    }
}
