package io.nixfleet.it.simulation;

import io.nixfleet.testing.controlplane.ScriptedControlPlane;
import java.io.IOException;
import java.io.OutputStream;

/** A scripted control plane as a process of its own, which ends with its standard input at last. */
final class ControlPlaneProcess {
    private ControlPlaneProcess() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Thread.ofPlatform().daemon().start(ControlPlaneProcess::endWithInput);
        ScriptedControlPlane.main(args);
    }

    private static void endWithInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException _) {
            // As good as its end.
        }
        Runtime.getRuntime().halt(1);
    }
}
