package io.nixfleet.agent.controlplane;

/**
 * An HTTP answer, whole.
 *
 * @param location where a redirect leads, empty for others
 * @param date the header {@code Date} as it stands, empty where there is none
 */
record Answer(int status, String location, String date, String body) {
    boolean success() {
        return status >= 200 && status < 300;
    }

    boolean redirect() {
        return status >= 300 && status < 400;
    }
}
