package io.nixfleet.agent.doctor;

import io.nixfleet.agent.fetch.CacheAccess;
import io.nixfleet.agent.fetch.CacheSettings;
import io.nixfleet.agent.fetch.FetchEnvironment;
import io.nixfleet.agent.fetch.SecretFile;
import io.nixfleet.agent.nix.NixConfig;
import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.substituter.cache.credentials.Netrc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The agent's logins at caches, as far as they can be read.
 *
 * @param files the files, by what they are
 * @param warnings of files that others can read or change
 * @param atOpening where warnings of the access go from now on, as when a cache is opened
 */
record Logins(
        Netrc netrc,
        CacheAccess access,
        List<String> files,
        List<String> problems,
        List<String> warnings,
        List<String> atOpening) {
    static Logins read(Subject subject, NixConfig nix) {
        Subject.Sources sources = subject.sources();
        var problems = new ArrayList<String>();
        List<String> warnings = new CopyOnWriteArrayList<>();
        List<String> atOpening = new CopyOnWriteArrayList<>();
        var hearer = new AtomicReference<>(warnings);
        Netrc netrc = Netrc.EMPTY;
        try {
            netrc =
                    FetchEnvironment.of(
                                    new NixConfig(List.of(), nix.netrcFile(), List.of()),
                                    List.of(),
                                    sources.netrc(),
                                    CacheAccess.NONE)
                            .netrc();
        } catch (IOException | FormatException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        CacheAccess access = CacheAccess.NONE;
        try {
            access =
                    CacheAccess.read(
                            keyless(sources.settings()),
                            sources.caches(),
                            warning -> hearer.get().add(warning));
        } catch (IOException | FormatException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        hearer.set(atOpening);
        var files = new ArrayList<String>();
        sources.settings().tokenFile().ifPresent(file -> files.add("token file " + file));
        Map<String, Path> secrets = new TreeMap<>(subject.places().secrets());
        secrets.forEach(
                (kind, file) -> {
                    files.add(kind + " " + file);
                    lookAtMode(kind, file, warnings);
                });
        return new Logins(netrc, access, files, problems, warnings, atOpening);
    }

    /** Whether a file can be read at all is told where it is needed. */
    private static void lookAtMode(String kind, Path file, List<String> warnings) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            SecretFile.warnOfOthers(kind, file, warnings::add);
        } catch (IOException e) {
            warnings.add("the mode of %s %s cannot be read: %s".formatted(kind, file, e));
        }
    }

    /** Keys are looked at elsewhere. */
    private static CacheSettings keyless(CacheSettings settings) {
        return new CacheSettings(
                settings.extraCaches(),
                List.of(),
                settings.tokenFile(),
                settings.tokenOverHttp(),
                settings.allowTrusted(),
                settings.maxWindowMebibytes());
    }
}
