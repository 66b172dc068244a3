package io.nixfleet.agent.controlplane;

/**
 * An HTTP answer, whole.
 *
 * @param location where a redirect leads, empty for others
 * @param date the header {@code Date} as it stands, empty where there is none
 */
public record Answer(int status, String location, String date, String body) {
    /** Whether the status says that it was done. */
    public boolean success() {
        return status >= 200 && status < 300;
    }

    /** Whether the status leads elsewhere. */
    public boolean redirect() {
        return status >= 300 && status < 400;
    }
}
