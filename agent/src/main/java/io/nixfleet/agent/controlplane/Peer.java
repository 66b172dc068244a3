package io.nixfleet.agent.controlplane;

/**
 * Who is called, as messages name it.
 *
 * @param name such as {@code control plane}
 * @param option that says where it is
 */
public record Peer(String name, String option) {
    /** A NixFleet control plane. */
    public static final Peer CONTROL_PLANE = new Peer("control plane", "--control-plane-url");
}
