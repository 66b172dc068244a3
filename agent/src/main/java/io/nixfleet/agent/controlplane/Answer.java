package io.nixfleet.agent.controlplane;

/**
 * An HTTP answer, whole.
 *
 * @param location where a redirect leads, empty for others
 */
record Answer(int status, String location, String body) {
    boolean success() {
        return status >= 200 && status < 300;
    }

    boolean redirect() {
        return status >= 300 && status < 400;
    }
}
