package io.nixfleet.testing.cache;

import java.io.IOException;

/** What {@link HostileServer} does when it is asked. */
public interface Answer {
    void send(HostileServer.Request request, Wire wire) throws IOException, InterruptedException;
}
