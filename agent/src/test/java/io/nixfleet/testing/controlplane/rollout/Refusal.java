package io.nixfleet.testing.controlplane.rollout;

/** A request is refused, with an HTTP status and a line that says why. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String reason;

    public Refusal(int status, String reason) {
        super(reason);
        this.status = status;
        this.reason = reason;
    }

    /** The request means nothing sensible. */
    public static Refusal bad(String reason) {
        return new Refusal(400, reason);
    }

    /** There is nothing of that name. */
    public static Refusal notFound(String reason) {
        return new Refusal(404, reason);
    }

    /** It does not go with the state that things are in. */
    public static Refusal conflict(String reason) {
        return new Refusal(409, reason);
    }

    /** The body is JSON, but not of the shape that is asked for. */
    public static Refusal shape(String reason) {
        return new Refusal(422, reason);
    }

    public int status() {
        return status;
    }

    public String reason() {
        return reason;
    }
}
