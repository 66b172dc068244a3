package io.nixfleet.testing.cache;

import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.testing.TestClosure.Member;
import java.util.List;

/** A signed closure at a server. */
public interface ServedPaths extends AutoCloseable {
    HostileServer server();

    /** The key that signed it. */
    SecretKey key();

    /** What refers to all others, directly or not. */
    Member top();

    /** Dependencies first. */
    List<Member> members();

    @Override
    void close();
}
