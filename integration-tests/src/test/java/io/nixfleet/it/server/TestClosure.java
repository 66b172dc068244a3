package io.nixfleet.it.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.nixfleet.it.nix.Commands;
import io.nixfleet.it.nix.NixBuild;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A realistic closure in the host's store, and a revision of it with some small paths changed. Its
 * files are this machine's own, so that they compress as real ones do.
 *
 * <p>The properties {@code nixfleet.closure.root} and {@code nixfleet.closure.changed} name two
 * store paths to be used instead, such as {@code shared/bench/make-closure} prints them.
 *
 * @param root the top level
 * @param changed the top level of the other revision
 */
public record TestClosure(StorePath root, StorePath changed) {
    /** How many small paths differ between the two revisions. */
    public static final int CHANGED_PATHS = 40;

    private static final int PACKAGE_BYTES = 1 << 20;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public static TestClosure build(long megabytes, int configurations) throws IOException {
        String root = System.getProperty("nixfleet.closure.root", "");
        if (!root.isEmpty()) {
            return new TestClosure(
                    parse(root), parse(System.getProperty("nixfleet.closure.changed")));
        }
        Path directory = Files.createTempDirectory("nixfleet-closure-");
        try {
            Path expression = directory.resolve("closure.nix");
            try (InputStream in = TestClosure.class.getResourceAsStream("/closure/closure.nix")) {
                Files.copy(
                        Objects.requireNonNull(in),
                        expression,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            Path packages = directory.resolve("packages.json");
            MAPPER.writeValue(packages.toFile(), packages(megabytes << 20));
            return new TestClosure(
                    instantiate(expression, packages, configurations, 0),
                    instantiate(expression, packages, configurations, 1));
        } finally {
            Commands.run(List.of("rm", "-rf", directory.toString()));
        }
    }

    private static StorePath instantiate(
            Path expression, Path packages, int configurations, int revision) {
        return NixBuild.build(
                expression,
                "packages",
                packages.toString(),
                "configs",
                String.valueOf(configurations),
                "rev",
                String.valueOf(revision),
                "changed",
                String.valueOf(CHANGED_PATHS));
    }

    /** Lists of files, a newline after each, that come to {@code bytes} together. */
    private static List<String> packages(long bytes) throws IOException {
        var packages = new ArrayList<String>();
        var files = new StringBuilder();
        long inPackage = 0;
        long total = 0;
        for (Path file : files()) {
            long size = Files.size(file);
            files.append(file.toString().substring(1)).append('\n');
            inPackage += size;
            total += size;
            // Packages of one to eight times the unit, in turn.
            if (inPackage > (long) PACKAGE_BYTES * (1 + packages.size() % 8)) {
                packages.add(files.toString());
                files.setLength(0);
                inPackage = 0;
            }
            if (total >= bytes) {
                break;
            }
        }
        return packages;
    }

    private static List<Path> files() throws IOException {
        var files = new ArrayList<Path>();
        for (String directory : List.of("/usr/bin", "/usr/share", "/usr/lib")) {
            try (Stream<Path> tree = Files.walk(Path.of(directory))) {
                tree.filter(TestClosure::usable).sorted().forEach(files::add);
            }
        }
        return files;
    }

    private static boolean usable(Path file) {
        return Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)
                && file.toString().chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
    }

    private static StorePath parse(String text) {
        return StorePath.parse(StoreDir.NIX_STORE, text);
    }
}
