package io.nixfleet.agent.tryout;

import io.nixfleet.nix.encoding.NixBase32;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A small system as NixOS makes them: packages that need one another, many small configuration
 * files, and a top level that needs all of them and can be switched to. The same at every run.
 */
public final class SampleClosure {
    private static final int PACKAGES = 40;
    private static final int CONFIGURATIONS = 80;
    private static final long SEED = 25_11;
    private static final StoreDir STORE = StoreDir.NIX_STORE;

    /**
     * One path of the system.
     *
     * @param tree where its files lie on disk
     */
    public record Member(StorePath path, List<StorePath> references, Path tree) {}

    private final Path directory;
    private final Random random = new Random(SEED);
    private final List<Member> members = new ArrayList<>();

    private SampleClosure(Path directory) {
        this.directory = directory;
    }

    /** Writes the system's files below {@code directory}; the top level is the last member. */
    public static List<Member> write(Path directory) throws IOException {
        var closure = new SampleClosure(directory);
        for (int i = 0; i < PACKAGES; i++) {
            closure.addPackage(i);
        }
        for (int i = 0; i < CONFIGURATIONS; i++) {
            closure.addConfiguration(i);
        }
        closure.addTopLevel();
        return List.copyOf(closure.members);
    }

    private void addPackage(int number) throws IOException {
        var references = new ArrayList<StorePath>();
        for (int i = 0; i < 3 && !members.isEmpty(); i++) {
            references.add(members.get(random.nextInt(members.size())).path());
        }
        Path tree = newTree("package-" + number + "-1." + number);
        Files.createDirectories(tree.resolve("lib"));
        // Half text, half noise: compresses about as programs do.
        var library = new byte[(1 << 14) << random.nextInt(6)];
        random.nextBytes(library);
        Arrays.fill(library, 0, library.length / 2, (byte) 'n');
        Files.write(tree.resolve("lib/libpackage.so.1"), library);
        Files.createSymbolicLink(tree.resolve("lib/libpackage.so"), Path.of("libpackage.so.1"));
        writeProgram(tree.resolve("bin/run"), "exec cat " + references);
        add(tree, references);
    }

    private void addConfiguration(int number) throws IOException {
        Path tree = newTree("etc-" + number);
        StorePath used = members.get(random.nextInt(PACKAGES)).path();
        Files.writeString(
                tree.resolve("config"), "option = " + number + "\nprogram = " + used + "\n");
        add(tree, List.of(used));
    }

    private void addTopLevel() throws IOException {
        Path tree = newTree("nixos-system-try-25.11");
        writeProgram(tree.resolve("bin/switch-to-configuration"), "echo \"switching: $@\"");
        Files.writeString(tree.resolve("nixos-version"), "25.11 (try)\n");
        List<StorePath> all = members.stream().map(Member::path).toList();
        var links = Files.createDirectories(tree.resolve("sw"));
        for (StorePath path : all) {
            Files.createSymbolicLink(links.resolve(path.name()), Path.of(path.toString()));
        }
        add(tree, all);
    }

    private Path newTree(String name) throws IOException {
        byte[] hash = NixHash.compute(HashAlgorithm.SHA256, bytes(name)).digest();
        String hashPart = NixBase32.encode(Arrays.copyOf(hash, 20));
        return Files.createDirectories(directory.resolve(hashPart + "-" + name));
    }

    private void add(Path tree, List<StorePath> references) {
        members.add(
                new Member(
                        StorePath.ofBaseName(STORE, tree.getFileName().toString()),
                        references,
                        tree));
    }

    private static void writeProgram(Path file, String line) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
