package io.nixfleet.substituter.unpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.store.StoreSession;
import io.nixfleet.testing.Seeds;
import io.nixfleet.testing.TestClosure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnpackKilledTest {
    private static final int KILLS = 4;

    @TempDir private Path root;

    @Test
    void leavesPathsValidOrNotWhenKilledAtAnyMoment() throws Exception {
        TestClosure closure = UnpackRun.closure();
        RandomGenerator random = Seeds.random(5);
        var store = new UnpackStore(root, StoreDir.NIX_STORE);
        int before = 0;
        for (int i = 0; i < KILLS; i++) {
            killAfter(before + random.nextInt(1, 60), random.nextInt(1, 3000));
            try (StoreSession session = store.openSession()) {
                int valid = checkValid(session, closure);
                assertThat(valid).isGreaterThanOrEqualTo(before);
                assertThat(valid).isBetween(1, closure.members().size() - 1);
                before = valid;
                assertThat(stagingDirectories()).isEqualTo(1);
            }
        }

        try (StoreSession session = store.openSession()) {
            for (var member : closure.members()) {
                session.importPath(member.info(), new ByteArrayInputStream(member.nar()));
            }
            assertThat(checkValid(session, closure)).isEqualTo(closure.members().size());
        }
        assertThat(stagingDirectories()).isZero();
    }

    /** Lets a run come to so many paths, and this much further. */
    private void killAfter(int paths, int micros) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                UnpackRun.class.getName(),
                                root.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var output = process.inputReader()) {
            for (int i = 0; i < paths; i++) {
                assertThat(output.readLine()).startsWith("/nix/store/");
            }
            assertThat(process.waitFor(micros, TimeUnit.MICROSECONDS)).isFalse();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private int checkValid(StoreSession session, TestClosure closure) throws Exception {
        int valid = 0;
        for (var member : closure.members()) {
            var found = session.query(member.path());
            if (found.isPresent()) {
                valid++;
                assertThat(found).contains(member.info());
                var nar = new ByteArrayOutputStream();
                TreeArchiver.dump(root.resolve("nix/store").resolve(member.path().baseName()), nar);
                assertThat(nar.toByteArray()).isEqualTo(member.nar());
            }
        }
        return valid;
    }

    private long stagingDirectories() throws Exception {
        try (Stream<Path> entries = Files.list(root.resolve("nix/store"))) {
            return entries.filter(e -> e.getFileName().toString().startsWith(Staging.PREFIX))
                    .count();
        }
    }
}
