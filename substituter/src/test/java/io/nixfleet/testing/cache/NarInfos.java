package io.nixfleet.testing.cache;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Well-formed narinfos of made-up paths, for tests of what carries them. */
public final class NarInfos {
    private NarInfos() {}

    /** A path whose hash part repeats one nixbase32 digit. */
    public static StorePath path(char digit) {
        return StorePath.ofBaseName(
                StoreDir.NIX_STORE, String.valueOf(digit).repeat(32) + "-thing");
    }

    public static NarInfo of(StorePath path, String url, Compression compression, byte[] nar) {
        var info =
                new PathInfo(
                        path,
                        Optional.empty(),
                        NixHash.compute(HashAlgorithm.SHA256, nar),
                        Math.max(1, nar.length),
                        List.of(),
                        List.of(),
                        Optional.empty());
        return new NarInfo(info, url, compression, Optional.empty(), OptionalLong.empty());
    }

    /** One that allows for a NAR of that size, whatever its content. */
    public static NarInfo ofSize(long narSize, String url, Compression compression) {
        PathInfo one = of(path('a'), url, compression, new byte[1]).info();
        var info =
                new PathInfo(
                        one.path(),
                        one.deriver(),
                        one.narHash(),
                        narSize,
                        one.references(),
                        one.signatures(),
                        one.contentAddress());
        return new NarInfo(info, url, compression, Optional.empty(), OptionalLong.empty());
    }

    public static String text(StorePath path, String url, Compression compression, byte[] nar) {
        return NarInfoWriter.write(of(path, url, compression, nar));
    }
}
