package io.nixfleet.cli.flake;

import io.nixfleet.cli.nix.Nix;
import io.nixfleet.cli.nix.NixException;
import io.nixfleet.nix.store.StorePath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Builds systems, all by one command of Nix: what they share is built once, and nobody waits for
 * another's locks, which Nix looks at every five seconds.
 *
 * @param roots a directory for links that keep what was built from garbage collection
 * @param maxJobs how many builds run at once; empty for what nix.conf says
 */
record SystemBuild(Nix nix, Path roots, OptionalInt maxJobs) {
    private static final Duration LIMIT = Duration.ofHours(12);

    /** A build prints nothing for long, such as while a kernel is linked. */
    private static final Duration SILENCE = Duration.ofHours(3);

    private static final Duration QUERY_LIMIT = Duration.ofMinutes(5);
    private static final Pattern FAILED = Pattern.compile("error:.*?'(/nix/store/[^' ]+\\.drv)'");

    /**
     * Builds what it can.
     *
     * @param lines hears what Nix prints meanwhile, from several threads
     * @return the failure of some of them, unless all are there
     */
    Optional<NixException> run(Collection<FleetFlake.Evaluated> hosts, Consumer<String> lines)
            throws InterruptedException {
        var words = new ArrayList<>(List.of("nix-store", "--realise", "--keep-going"));
        maxJobs.ifPresent(jobs -> words.addAll(List.of("--max-jobs", String.valueOf(jobs))));
        words.addAll(List.of("--add-root", roots.resolve("system").toString()));
        hosts.stream().map(host -> host.derivation().toString()).distinct().forEach(words::add);
        try {
            nix.work("building", words, LIMIT, SILENCE, lines);
            return Optional.empty();
        } catch (NixException e) {
            return Optional.of(e);
        }
    }

    /** Those of the systems that are not there. */
    Set<String> missing(Collection<FleetFlake.Evaluated> hosts)
            throws NixException, InterruptedException {
        var words = new ArrayList<>(List.of("nix-store", "--check-validity", "--print-invalid"));
        hosts.forEach(host -> words.add(host.system().path().toString()));
        return Set.copyOf(nix.ask("what was built", words, QUERY_LIMIT).lines().toList());
    }

    /** Which of the derivations that failed a host needs, in a phrase; empty if none is known. */
    String blame(FleetFlake.Evaluated host, NixException failure)
            throws NixException, InterruptedException {
        Set<String> failed = new LinkedHashSet<>();
        Matcher matcher = FAILED.matcher(failure.output());
        while (matcher.find()) {
            failed.add(matcher.group(1));
        }
        StorePath derivation = host.derivation();
        List<String> needed =
                nix.ask(
                                "what host " + host.system().host() + " needs",
                                List.of(
                                        "nix-store",
                                        "--query",
                                        "--requisites",
                                        derivation.toString()),
                                QUERY_LIMIT)
                        .lines()
                        .filter(failed::contains)
                        .toList();
        return needed.stream().collect(Collectors.joining(", "));
    }
}
