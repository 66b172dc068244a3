package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.ContentAddress;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Compares a path's content with its content address, as the Nix daemon does at an import. Without
 * it anybody could offer any content under a content address, which needs no signature.
 */
final class ContentCheck {
    private ContentCheck() {}

    /**
     * What is wrong, if anything; to be called when the NAR's own hash is known to be right.
     *
     * @param files the unpacked tree
     */
    static Optional<String> problem(PathInfo info, Path files) throws IOException {
        if (info.contentAddress().isEmpty()) {
            return Optional.empty();
        }
        ContentAddress address = info.contentAddress().get();
        return switch (address.method()) {
            case TEXT, FLAT ->
                    Files.isRegularFile(files, LinkOption.NOFOLLOW_LINKS)
                            ? compare(address, hashFile(address.hash().algorithm(), files))
                            : Optional.of(
                                    "its content address %s is that of a file, which it is not"
                                            .formatted(address));
            case NAR -> compare(address, hashNar(address.hash().algorithm(), info, files));
            // Never a reason for trust here, so a signature vouches for the content.
            case GIT -> Optional.empty();
        };
    }

    private static Optional<String> compare(ContentAddress address, NixHash actual) {
        return actual.equals(address.hash())
                ? Optional.empty()
                : Optional.of(
                        "its content has hash %s, not that of its content address %s"
                                .formatted(actual, address));
    }

    private static NixHash hashFile(HashAlgorithm algorithm, Path file) throws IOException {
        MessageDigest digest = algorithm.newDigest();
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
                var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(out);
        }
        return NixHash.of(algorithm, digest.digest());
    }

    private static NixHash hashNar(HashAlgorithm algorithm, PathInfo info, Path files)
            throws IOException {
        if (info.references().contains(info.path())) {
            var modulo = new HashModuloStream(algorithm, info.path().hashPart());
            TreeArchiver.dump(files, modulo);
            return modulo.finish();
        }
        if (algorithm == HashAlgorithm.SHA256) {
            return info.narHash();
        }
        MessageDigest digest = algorithm.newDigest();
        try (var out =
                new BufferedOutputStream(
                        new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
            TreeArchiver.dump(files, out);
        }
        return NixHash.of(algorithm, digest.digest());
    }
}
