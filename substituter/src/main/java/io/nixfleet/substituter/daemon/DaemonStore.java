package io.nixfleet.substituter.daemon;

import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.substituter.store.Store;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.store.StoreSession;
import java.io.IOException;
import java.util.List;

/**
 * A store behind a Nix daemon (Nix 2.4 and later). The daemon checks every NAR's hash and size and,
 * unless configured otherwise, that a key it trusts signed each path.
 *
 * <p>About {@link StoreSession#addRoot}: the link points to the path as the store names it, as
 * {@code nix-store --add-root} has it, since only such links count for the collector. In a chroot
 * store, whose files lie elsewhere, such a link leads nowhere for other programs. The daemon looks
 * links up by the absolute path that we see; it must see the same files there.
 */
public final class DaemonStore implements Store {
    private final DaemonTarget target;
    private final String name;
    private final StoreDir storeDir;
    private final List<String> extraTrustedKeys;
    private final int lanes;
    private final DaemonLimits limits;

    private DaemonStore(Builder builder) {
        this.target = builder.target;
        this.name = builder.name;
        this.storeDir = builder.storeDir;
        this.extraTrustedKeys = List.copyOf(builder.extraTrustedKeys);
        this.lanes = builder.lanes;
        this.limits = builder.limits;
    }

    /** Starts to describe the store behind a daemon. */
    public static Builder at(DaemonTarget target) {
        return new Builder(target);
    }

    /** Builds a {@link DaemonStore}; everything but the target has a default. */
    public static final class Builder {
        private final DaemonTarget target;
        private String name;
        private StoreDir storeDir = StoreDir.NIX_STORE;
        private List<String> extraTrustedKeys = List.of();
        private int lanes = 2;
        private DaemonLimits limits = DaemonLimits.DEFAULT;

        private Builder(DaemonTarget target) {
            this.target = target;
            this.name = target.describe();
        }

        /** The store for people; else the target's description. */
        public Builder name(String value) {
            this.name = value;
            return this;
        }

        /** The directory that the daemon's store paths lie in; {@code /nix/store} by default. */
        public Builder storeDir(StoreDir value) {
            this.storeDir = value;
            return this;
        }

        /**
         * Public keys, as {@code name:base64}, that count beside the daemon's own; none by default.
         * A daemon grants this to trusted users only.
         */
        public Builder extraTrustedKeys(List<String> value) {
            this.extraTrustedKeys = List.copyOf(value);
            return this;
        }

        /** How many imports run at the same time; 2 by default. */
        public Builder lanes(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("at least one import lane is needed: " + value);
            }
            this.lanes = value;
            return this;
        }

        public Builder limits(DaemonLimits value) {
            this.limits = value;
            return this;
        }

        public DaemonStore build() {
            return new DaemonStore(this);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public StoreDir storeDir() {
        return storeDir;
    }

    @Override
    public StoreSession openSession() throws StoreException, InterruptedException {
        var watchdog = new Watchdog();
        try {
            return new DaemonSession(this, watchdog, connect(watchdog, extraTrustedKeys));
        } catch (DaemonLostException e) {
            watchdog.close();
            throw StoreException.lost(e.getMessage(), e);
        } catch (InterruptedException | RuntimeException e) {
            watchdog.close();
            throw e;
        }
    }

    /**
     * Meets the daemon and has it look into its database once; nothing is protected or imported.
     *
     * @throws StoreException when it cannot be reached, refuses us, or its store is of no use
     */
    public DaemonGreeting greet() throws StoreException, InterruptedException {
        try (var watchdog = new Watchdog();
                DaemonConnection connection = connect(watchdog, extraTrustedKeys)) {
            connection.askHarmlessly();
            Handshake handshake = connection.handshake();
            return new DaemonGreeting(
                    handshake.version().toString(), handshake.nixVersion(), handshake.trust());
        } catch (DaemonErrorException e) {
            throw StoreException.refused(
                    "%s answered with an error: %s".formatted(target.describe(), e.explanation()),
                    e);
        } catch (DaemonLostException e) {
            throw StoreException.lost(e.getMessage(), e);
        }
    }

    DaemonConnection connect(Watchdog watchdog, List<String> trustedKeys)
            throws DaemonLostException, InterruptedException {
        DaemonTransport transport;
        try {
            transport = DaemonTransport.to(target);
        } catch (IOException e) {
            throw new DaemonLostException(
                    "could not connect with %s: %s".formatted(target.describe(), e.getMessage()),
                    e);
        }
        return DaemonConnection.open(
                transport, storeDir, new ClientOptions(trustedKeys), limits, watchdog);
    }

    int lanes() {
        return lanes;
    }

    List<String> extraTrustedKeys() {
        return extraTrustedKeys;
    }
}
