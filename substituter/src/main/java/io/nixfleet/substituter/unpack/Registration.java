package io.nixfleet.substituter.unpack;

import io.nixfleet.nix.encoding.FormatException;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Signature;
import io.nixfleet.nix.store.ContentAddress;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The two texts that say what a valid path is. The first is what {@code nix-store --load-db} reads
 * and {@code --dump-db} writes: path, NAR hash in base16, NAR size, deriver or nothing, number of
 * references, references; each on a line. The second holds the rest: content address or nothing,
 * signatures, a last line that shows that it is whole.
 */
final class Registration {
    private static final String LAST = "end";

    private Registration() {}

    static String loadDb(PathInfo info) {
        var lines = new ArrayList<String>();
        lines.add(info.path().toString());
        lines.add(info.narHash().toBase16());
        lines.add(Long.toString(info.narSize()));
        lines.add(info.deriver().map(StorePath::toString).orElse(""));
        lines.add(Integer.toString(info.references().size()));
        info.references().forEach(reference -> lines.add(reference.toString()));
        return text(lines);
    }

    static String details(PathInfo info) {
        var lines = new ArrayList<String>();
        lines.add(info.contentAddress().map(ContentAddress::toString).orElse(""));
        info.signatures().forEach(signature -> lines.add(signature.toString()));
        lines.add(LAST);
        return text(lines);
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    /**
     * Reads both texts.
     *
     * @throws FormatException when they are not whole, or of another path
     */
    static PathInfo read(StorePath path, String loadDb, String details) {
        Iterator<String> lines = loadDb.lines().iterator();
        if (!loadDb.endsWith("\n") || !line(lines).equals(path.toString())) {
            throw new FormatException("the registration of %s is damaged".formatted(path));
        }
        NixHash narHash = NixHash.parseDigest(HashAlgorithm.SHA256, line(lines));
        long narSize = number(line(lines));
        String deriver = line(lines);
        var references = new ArrayList<StorePath>();
        for (long left = number(line(lines)); left > 0; left--) {
            references.add(StorePath.parse(path.dir(), line(lines)));
        }
        List<String> more = details.lines().toList();
        if (more.size() < 2 || !more.getLast().equals(LAST)) {
            throw new FormatException("the details of %s are damaged".formatted(path));
        }
        String address = more.getFirst();
        return new PathInfo(
                path,
                optional(deriver).map(text -> StorePath.parse(path.dir(), text)),
                narHash,
                narSize,
                references,
                more.subList(1, more.size() - 1).stream().map(Signature::parse).toList(),
                optional(address).map(ContentAddress::parse));
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static String line(Iterator<String> lines) {
        if (!lines.hasNext()) {
            throw new FormatException("the registration ends too early");
        }
        return lines.next();
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new FormatException("not a number: " + FormatException.excerpt(text), e);
        }
    }
}
