package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.store.StoreSession;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestClosure;
import io.nixfleet.testing.TestPaths;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;

/** A process that imports a closure, for tests that kill it. */
final class UnpackRun {
    private UnpackRun() {}

    static TestClosure closure() {
        return TestClosure.random(Seeds.random(23), 300, TestPaths.key("fleet-1"));
    }

    /** Imports {@link #closure()} into the directory given; prints each path before its turn. */
    @SuppressWarnings("SystemOut") // The parent reads it.
    public static void main(String[] arguments) throws Exception {
        var store = new UnpackStore(Path.of(arguments[0]), StoreDir.NIX_STORE);
        try (StoreSession session = store.openSession()) {
            for (var member : closure().members()) {
                System.out.println(member.path());
                session.importPath(member.info(), new ByteArrayInputStream(member.nar()));
            }
        }
    }
}
