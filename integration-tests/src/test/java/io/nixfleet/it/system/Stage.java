package io.nixfleet.it.system;

import io.nixfleet.it.host.Engine;
import io.nixfleet.it.host.FakeSystem;
import io.nixfleet.it.host.Recipe;
import io.nixfleet.it.server.FileCache;
import io.nixfleet.it.server.Nginx;
import io.nixfleet.it.server.SigningKey;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What all tests share: the systems, and the caches that serve them, one of them slowly. */
@SuppressWarnings(
        "deprecation") // CloseableResource, which AutoCloseable replaces from JUnit 5.13 on
final class Stage implements AutoCloseable {
    /** A large system takes about six seconds at this rate for each file. */
    private static final int SLOW_BYTES_PER_SECOND = 64 * 1024;

    /** The systems under test. */
    enum Role {
        A,
        B,
        LARGE,
        UNHEALTHY,
        FAILING_UNIT,
        HANGING,
        CUT_OFF,
        REFUSING,
        RESTARTS_AGENT,
        NOT_NIXOS;

        private Recipe recipe() {
            Recipe sound = Recipe.sound(name().toLowerCase(Locale.ROOT).replace('_', '-'));
            return switch (this) {
                case A, B -> sound;
                case LARGE -> sound.large();
                case UNHEALTHY -> sound.unhealthy();
                case FAILING_UNIT -> sound.withFailingUnit();
                case HANGING -> sound.hanging();
                case CUT_OFF -> sound.cuttingTheNetwork();
                case REFUSING -> sound.refusing(1);
                case RESTARTS_AGENT -> sound.restartingTheAgent();
                case NOT_NIXOS -> sound.notNixos();
            };
        }
    }

    private final Map<Role, FakeSystem> systems;
    private final SigningKey key;
    private final FileCache files;
    private final Nginx cache;
    private final Nginx slowCache;
    private final InetAddress address;

    private Stage(
            Map<Role, FakeSystem> systems,
            SigningKey key,
            FileCache files,
            Nginx cache,
            Nginx slowCache,
            InetAddress address) {
        this.systems = systems;
        this.key = key;
        this.files = files;
        this.cache = cache;
        this.slowCache = slowCache;
        this.address = address;
    }

    static Stage build() {
        try {
            InetAddress address = Engine.address();
            var systems = new EnumMap<Role, FakeSystem>(Role.class);
            for (Role role : Role.values()) {
                systems.put(role, FakeSystem.build(role.recipe()));
            }
            var key = SigningKey.generate("stage-1");
            var files =
                    FileCache.of(
                            "none",
                            key,
                            systems.values().stream()
                                    .map(FakeSystem::path)
                                    .toArray(StorePath[]::new));
            return new Stage(
                    systems,
                    key,
                    files,
                    Nginx.serveAt(address, files.directory()),
                    Nginx.serveSlowlyAt(address, files.directory(), SLOW_BYTES_PER_SECOND),
                    address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    StorePath system(Role role) {
        return Objects.requireNonNull(systems.get(role)).path();
    }

    URI cache() {
        return cache.uri();
    }

    /** The same, at 64 KiB a second for each file. */
    URI slowCache() {
        return slowCache.uri();
    }

    String publicKey() {
        return key.publicKey();
    }

    /** This machine, as hosts under test see it. */
    InetAddress address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        cache.close();
        slowCache.close();
        files.close();
        key.close();
    }
}
