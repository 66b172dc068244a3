package io.nixfleet.nix.narinfo;

import io.nixfleet.nix.store.StorePath;
import java.util.stream.Collectors;

/** Writes narinfo files, fields in Nix's order. */
public final class NarInfoWriter {
    private NarInfoWriter() {}

    /** The narinfo's text, ASCII but for key names, meant to be stored as UTF-8. */
    public static String write(NarInfo narInfo) {
        var text = new StringBuilder();
        PathInfo info = narInfo.info();
        line(text, NarInfoField.STORE_PATH, info.path());
        line(text, NarInfoField.URL, narInfo.url());
        line(text, NarInfoField.COMPRESSION, narInfo.compression().nixName());
        narInfo.fileHash().ifPresent(hash -> line(text, NarInfoField.FILE_HASH, hash));
        narInfo.fileSize().ifPresent(size -> line(text, NarInfoField.FILE_SIZE, size));
        line(text, NarInfoField.NAR_HASH, info.narHash());
        line(text, NarInfoField.NAR_SIZE, info.narSize());
        line(
                text,
                NarInfoField.REFERENCES,
                info.references().stream()
                        .map(StorePath::baseName)
                        .collect(Collectors.joining(" ")));
        info.deriver().ifPresent(deriver -> line(text, NarInfoField.DERIVER, deriver.baseName()));
        info.signatures().forEach(signature -> line(text, NarInfoField.SIG, signature));
        info.contentAddress().ifPresent(address -> line(text, NarInfoField.CA, address));
        return text.toString();
    }

    private static void line(StringBuilder text, NarInfoField field, Object value) {
        text.append(field.key()).append(": ").append(value).append('\n');
    }
}
