package io.nixfleet.agent.cli;

import io.nixfleet.agent.console.CommandOutput;
import io.nixfleet.agent.console.Units;
import io.nixfleet.agent.fetch.CacheAccess;
import io.nixfleet.agent.fetch.FetchEnvironment;
import io.nixfleet.agent.fetch.HttpMeans;
import io.nixfleet.agent.tryout.SampleCache;
import io.nixfleet.agent.tryout.SampleClosure;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.signature.TrustedKeys;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.credentials.Netrc;
import io.nixfleet.substituter.fetch.FetchListener;
import io.nixfleet.substituter.fetch.FetchOutcome;
import io.nixfleet.substituter.fetch.FetchPolicy;
import io.nixfleet.substituter.fetch.Substituter;
import io.nixfleet.substituter.fetch.Substitution;
import io.nixfleet.substituter.store.StoreException;
import io.nixfleet.substituter.unpack.TreeArchiver;
import io.nixfleet.substituter.unpack.UnpackStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code nixfleet-agent try}: the main job on any machine, with nothing else installed. */
@Command(
        name = "try",
        customSynopsis = "nixfleet-agent try [OPTION]...",
        description =
                "Serve a small signed system from a cache in this process, fetch it with the real"
                    + " pipeline into a plain directory, and verify it. Needs no Nix, no root, no"
                    + " network.",
        exitCodeList = {
            "0:fetched and verified",
            "1:unexpected: a fault of ours",
            "2:an option is wrong",
            "4:what was unpacked is not what was signed",
            "6:the directory cannot be written",
            "130:interrupted"
        },
        footer = {"  nixfleet-agent try", "  nixfleet-agent try --keep ./sample"})
final class TryCommand implements Callable<Integer> {
    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "Unpack into DIR and leave it there. Default: a directory that is removed.")
    private @Nullable Path keep;

    @Option(names = "--quiet", description = "Print nothing but errors.")
    private boolean quiet;

    @Spec @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var output = CommandOutput.of(spec, false);
        Path work = Files.createTempDirectory("nixfleet-try-");
        try {
            return run(output, work, keep == null ? work.resolve("store") : keep);
        } catch (StoreException e) {
            return output.fail(ExitCode.STORE, e);
        } finally {
            Directories.deleteTree(work);
        }
    }

    private int run(CommandOutput output, Path work, Path target)
            throws IOException, InterruptedException, StoreException {
        PrintWriter out = quiet ? new PrintWriter(Writer.nullWriter()) : output.out();
        var key = SecretKey.generate("try-1", new SecureRandom());
        List<SampleClosure.Member> members = SampleClosure.write(work.resolve("system"));
        StorePath root = members.getLast().path();
        try (var cache = new SampleCache(Vertx.vertx(), members, key)) {
            out.printf(
                    "serving %s, signed by %s, at %s%n",
                    Units.count(members.size(), "path"), key.publicKey().name(), cache.uri());
            out.printf("fetching %s into unpack:%s%n", root.baseName(), target);
            out.flush();
            var store = new UnpackStore(target, StoreDir.NIX_STORE);
            int exit = fetch(output, out, store, cache, key, root);
            if (exit != ExitCode.OK.code()) {
                return exit;
            }
            int before = cache.requests();
            List<StorePath> wrong = reread(target, cache);
            if (!wrong.isEmpty()) {
                output.err().println("error: unpacked trees differ from what was signed: " + wrong);
                output.err().flush();
                return ExitCode.UNTRUSTED.code();
            }
            out.printf(
                    "verified: %s signatures by key %s; NAR hash and size of each path while it"
                            + " came,%n  and again from the files that lie in %s now%n",
                    members.size(), key.publicKey().name(), target);
            exit = fetch(output, out, store, cache, key, root);
            out.printf(
                    "the same fetch again asked the cache %d times%n", cache.requests() - before);
            out.flush();
            return exit;
        }
    }

    private int fetch(
            CommandOutput output,
            PrintWriter out,
            UnpackStore store,
            SampleCache cache,
            SecretKey key,
            StorePath root)
            throws IOException, InterruptedException, StoreException {
        long started = System.nanoTime();
        try (var display = FetchDisplay.choose(quiet, output.terminal(), output.err());
                var caches =
                        new FetchEnvironment(
                                        TrustedKeys.of(List.of()),
                                        List.of(),
                                        Netrc.EMPTY,
                                        CacheAccess.NONE)
                                .openCaches(
                                        display,
                                        new HttpMeans(Version.userAgent(), Optional.empty()));
                var opened = caches.open(cache.uri())) {
            FetchListener listener = display;
            var substituter =
                    new Substituter(
                            store,
                            List.of(opened),
                            List.of(),
                            TrustedKeys.of(List.of(key.publicKey())),
                            List.of(),
                            FetchPolicy.DEFAULT,
                            listener);
            try (Substitution substitution = substituter.open()) {
                FetchOutcome outcome = substitution.fetch(List.of(root));
                display.close();
                ExitCode exit = ExitCode.of(outcome.failures());
                var took = Duration.ofNanos(System.nanoTime() - started);
                new FetchReport(store.name(), List.of(root), outcome, exit, took)
                        .print(out, output.err(), quiet);
                out.flush();
                return exit.code();
            }
        }
    }

    /** Packs every unpacked tree again and compares its hash with the signed one. */
    private static List<StorePath> reread(Path target, SampleCache cache) throws IOException {
        var wrong = new ArrayList<StorePath>();
        for (PathInfo info : cache.infos().values()) {
            var digest = HashAlgorithm.SHA256.newDigest();
            Path tree = target.resolve(info.path().toString().substring(1));
            try (var hashing = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
                TreeArchiver.dump(tree, hashing);
            }
            if (!NixHash.of(HashAlgorithm.SHA256, digest.digest()).equals(info.narHash())) {
                wrong.add(info.path());
            }
        }
        return wrong;
    }
}
