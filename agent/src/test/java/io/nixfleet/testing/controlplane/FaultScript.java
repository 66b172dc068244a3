package io.nixfleet.testing.controlplane;

import java.time.Duration;

/** What goes wrong with the calls to come. */
final class FaultScript {
    private FaultPlan plan = FaultPlan.NONE;
    private boolean closed;

    synchronized void set(FaultPlan newPlan) {
        plan = newPlan;
        notifyAll();
    }

    /** What goes wrong with this call. */
    synchronized Fault next(HttpRequest request) {
        if (!plan.calls().include(request)) {
            return new Fault.None();
        }
        Fault fault = plan.fault();
        if (plan.times() != Integer.MAX_VALUE) {
            plan = plan.after();
        }
        return fault;
    }

    /** Waits for another plan, or the end, but no longer than this. */
    synchronized void awaitOther(Duration limit) throws InterruptedException {
        FaultPlan planNow = plan;
        long end = System.nanoTime() + limit.toNanos();
        while (plan.equals(planNow) && !closed) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return;
            }
            wait(left);
        }
    }

    /** From now on nobody waits. */
    synchronized void end() {
        closed = true;
        notifyAll();
    }
}
