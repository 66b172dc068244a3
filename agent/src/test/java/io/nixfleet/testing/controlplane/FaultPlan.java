package io.nixfleet.testing.controlplane;

/**
 * Which calls go wrong, and how often.
 *
 * @param times how many calls; those after them are answered right
 */
record FaultPlan(Fault fault, Calls calls, int times) {
    static final FaultPlan NONE = new FaultPlan(new Fault.None(), Calls.ALL, Integer.MAX_VALUE);

    FaultPlan after() {
        return times <= 1 ? NONE : new FaultPlan(fault, calls, times - 1);
    }
}
