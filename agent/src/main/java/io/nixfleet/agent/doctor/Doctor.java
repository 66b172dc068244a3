package io.nixfleet.agent.doctor;

import io.nixfleet.agent.activation.Host;
import io.nixfleet.agent.activation.HostCommands;
import io.nixfleet.agent.activation.HostPaths;
import io.nixfleet.agent.doctor.CacheLooks.Standing;
import io.nixfleet.agent.fetch.FetchSources;
import io.nixfleet.nix.encoding.FormatException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All checks of one host. */
public final class Doctor {
    private static final DiskCheck.Floors STORE =
            // The agent refuses to fetch with less than the first.
            new DiskCheck.Floors(64L << 20, 1_000_000_000, 1_000);
    private static final DiskCheck.Floors STATE = new DiskCheck.Floors(5_000_000, 50_000_000, 10);

    private final Subject subject;
    private final Surroundings surroundings;
    private final Host host;
    private final Shared<UnitStanding> unit;
    private final Shared<DaemonMeeting> daemon;
    private final Shared<Keyring> keyring;
    private final Shared<Logins> logins;
    private final Shared<CacheLooks> caches;
    private final Shared<Poll> poll;
    private final Map<String, Shared<Standing>> standings = new LinkedHashMap<>();

    private Doctor(Subject subject, Surroundings surroundings) {
        this.subject = subject;
        this.surroundings = surroundings;
        Programs programs = surroundings.programs();
        this.host =
                new Host(
                        surroundings.paths(),
                        new HostCommands(
                                programs.runner(), programs.environment(), programs.limit()));
        this.unit = Shared.of(() -> UnitStanding.ask(programs));
        this.daemon =
                Shared.of(() -> DaemonMeeting.with(subject.sources().store(), surroundings.step()));
        this.keyring = Shared.of(() -> Keyring.read(subject.sources(), programs));
        this.logins = Shared.of(() -> Logins.read(subject, keyring.get().nix()));
        this.caches = Shared.of(() -> CacheLooks.open(logins.get(), surroundings));
        this.poll = Shared.of(() -> Poll.of(subject.link(), surroundings));
        for (URI url : subject.sources().caches()) {
            standings.put(newName(url), Shared.of(() -> caches.get().look(url)));
        }
    }

    /**
     * Looks at everything, at once.
     *
     * @param programs the host's own, each with a part of the limit
     * @param limit for each check
     * @param userAgent how we call ourselves at servers
     * @return each check, in an order that people can follow: what others need comes first
     */
    public static List<Examined> examine(
            Subject subject, Programs programs, Duration limit, String userAgent)
            throws InterruptedException {
        var surroundings =
                new Surroundings(
                        HostPaths.SYSTEM,
                        programs,
                        InstantSource.system(),
                        programs.limit(),
                        userAgent);
        return new Doctor(subject, surroundings).examine(limit);
    }

    private List<Examined> examine(Duration limit) throws InterruptedException {
        try {
            return Examination.of(checks(), limit);
        } finally {
            if (!standings.isEmpty()) {
                close();
            }
        }
    }

    private void close() throws InterruptedException {
        try {
            caches.get().close();
        } catch (IllegalStateException _) {
            // They were never opened, which a check has told.
        }
    }

    private List<Check> checks() {
        Subject.Sources sources = subject.sources();
        Subject.Places places = subject.places();
        Programs programs = surroundings.programs();
        var checks = new ArrayList<Check>();
        checks.add(new ConfigurationCheck(subject));
        checks.add(new UnitCheck(unit));
        checks.add(new AgentCheck(places.socket(), surroundings.step(), unit));
        checks.add(new RunUnitsCheck(programs));
        checks.add(new NixCheck(programs));
        checks.add(new DaemonCheck(daemon));
        checks.add(new TrustCheck(daemon, sources.needTrust()));
        checks.add(new KeysCheck(keyring, programs.has("nix")));
        checks.add(new LoginsCheck(logins));
        cacheChecks(checks);
        checks.add(new CertificateCheck(subject.link(), surroundings));
        checks.add(new ControlPlaneCheck(poll));
        checks.add(new ClockCheck(this::serverTime, programs));
        checks.add(
                new DiskCheck(
                        "store disk",
                        surroundings.paths().root().resolve("nix/store"),
                        STORE,
                        "make room: nix-collect-garbage --delete-older-than 30d",
                        programs));
        checks.add(
                new DiskCheck(
                        "state disk",
                        places.database().toAbsolutePath().resolveSibling(""),
                        STATE,
                        "make room on the file system of --db-path: du -xh --max-depth=2 %s"
                                .formatted(places.database().toAbsolutePath().getParent()),
                        programs));
        checks.add(new BootCheck(surroundings.paths().boot(), places.bootFloor()));
        checks.add(new StateCheck(places.database()));
        checks.add(new HealthConfigCheck(places.healthConfig()));
        checks.add(new ProfileCheck(host));
        return checks;
    }

    private void cacheChecks(List<Check> checks) {
        if (standings.isEmpty()) {
            checks.add(new NoCacheCheck());
        }
        standings.forEach(
                (cache, standing) -> {
                    checks.add(new CacheCheck(cache, standing));
                    checks.add(
                            new SignatureCheck(
                                    cache, standing, keyring, subject.sources().path(), host));
                });
    }

    /** By the control plane, whose certificates it is about, else by a cache. */
    private Optional<ServerTime> serverTime() throws InterruptedException {
        if (poll.get() instanceof Poll.Made(_, _, Optional<ServerTime> time) && time.isPresent()) {
            return time;
        }
        for (Shared<Standing> standing : standings.values()) {
            var _ = standing.get();
        }
        return standings.isEmpty() ? Optional.empty() : caches.get().time();
    }

    /** Without secrets, by which two may look alike. */
    private String newName(URI url) {
        int number = standings.size() + 1;
        String name;
        try {
            name = FetchSources.nameOf(url);
        } catch (FormatException _) {
            return "number " + number;
        }
        return standings.containsKey(name) ? "%s (number %d)".formatted(name, number) : name;
    }
}
