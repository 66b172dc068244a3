package io.nixfleet.testing.cache;

import static io.nixfleet.testing.cache.ServedClosure.compressedNar;
import static io.nixfleet.testing.cache.ServedClosure.narInfo;

import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.testing.NarBytes;
import io.nixfleet.testing.TestClosure.Member;
import io.nixfleet.testing.TestPaths;
import java.util.Arrays;
import java.util.List;

/** Every way in which one path of a cache can be bad, with the verdict that it must get. */
public enum Spoilage {
    NARINFO_WITHOUT_STORE_PATH(Verdict.REFUSED, "StorePath is missing", without("StorePath")),
    NARINFO_WITHOUT_URL(Verdict.REFUSED, "URL is missing", without("URL")),
    NARINFO_WITHOUT_NAR_HASH(Verdict.REFUSED, "NarHash is missing", without("NarHash")),
    NARINFO_WITHOUT_NAR_SIZE(Verdict.REFUSED, "NarSize is missing", without("NarSize")),
    NARINFO_WITH_WRONG_NAR_HASH(Verdict.REFUSED, "NarHash", field("NarHash", "sha256:abc")),
    NARINFO_WITH_WRONG_NAR_SIZE(Verdict.REFUSED, "NarSize", field("NarSize", "many")),
    NARINFO_WITH_NAR_SIZE_ZERO(Verdict.REFUSED, "NarSize", field("NarSize", "0")),
    NARINFO_WITH_WRONG_REFERENCES(
            Verdict.REFUSED, "References", field("References", "/nix/store/../../etc")),
    NARINFO_WITH_CRLF(
            Verdict.REFUSED,
            "line 1",
            (c, m) -> c.serveNarInfo(m, narInfo(m).replace("\n", "\r\n"))),
    NARINFO_WITHOUT_FINAL_NEWLINE(
            Verdict.REFUSED,
            "it ends without a line feed, cut short",
            (c, m) -> c.serveNarInfo(m, narInfo(m).stripTrailing())),
    NARINFO_WITH_DUPLICATE_KEYS(
            Verdict.REFUSED, "NarSize", (c, m) -> c.serveNarInfo(m, narInfo(m) + "NarSize: 1\n")),
    NARINFO_OF_10_MB_OF_JUNK(
            Verdict.REFUSED,
            "longer than 1048576 bytes",
            (c, m) -> c.serveNarInfo(m, "junk: junk\n".repeat((10 << 20) / 11))),
    NARINFO_OF_ANOTHER_PATH(
            Verdict.REFUSED, "asked for", (c, m) -> c.serveNarInfo(m, narInfo(c.otherLeaf()))),
    NARINFO_WITH_UNKNOWN_COMPRESSION(Verdict.REFUSED, "lrzip", field("Compression", "lrzip")),
    NARINFO_WITH_UNSIGNED_SIZE(
            Verdict.REFUSED, "does not match: it was altered", field("NarSize", "12345")),
    ONLY_UNKNOWN_KEYS(
            Verdict.REFUSED,
            "no trusted key signed it",
            (c, m) -> {
                var unsigned = m.info().withSignatures(List.of());
                var stranger = TestPaths.sign(unsigned, TestPaths.key("stranger-1"));
                c.serveNarInfo(m, narInfo(new Member(stranger, m.tree())));
            }),
    NO_SIGNATURE(
            Verdict.REFUSED,
            "no signature is on it",
            (c, m) -> c.serveNarInfo(m, narInfo(m).replaceAll("Sig: .*\n", ""))),

    NAR_SIZE_TOO_SMALL(
            Verdict.REFUSED,
            "sent what is not",
            (c, m) -> c.serveSigned(m, m.info().narSize() - 8, m.info().narHash(), m.nar())),
    NAR_SIZE_TOO_BIG(
            Verdict.REFUSED,
            "before its NarSize of",
            (c, m) -> c.serveSigned(m, m.info().narSize() + 8, m.info().narHash(), m.nar())),
    NAR_CUT_SHORT(
            Verdict.REFUSED,
            "sent what is not",
            (c, m) -> c.serveNar(m, Arrays.copyOf(m.nar(), m.nar().length / 2))),
    NAR_EMPTY(Verdict.REFUSED, "sent what is not", (c, m) -> c.serveNar(m, new byte[0])),
    NAR_WITH_TRAILING_BYTES(
            Verdict.REFUSED,
            "goes on after byte",
            (c, m) -> c.serveNar(m, Arrays.copyOf(m.nar(), m.nar().length + 8))),
    NAR_WITH_FLIPPED_BIT(
            Verdict.REFUSED,
            "",
            (c, m) -> {
                byte[] flipped = m.nar().clone();
                // Within the file's content: only its hash can tell.
                flipped[flipped.length / 2] ^= 1;
                c.serveNar(m, flipped);
            }),
    NAR_OF_ANOTHER_PATH(Verdict.REFUSED, "", (c, m) -> c.serveNar(m, c.otherLeaf().nar())),
    NAR_WITH_UNSORTED_NAMES(Verdict.REFUSED, "'a'", signed(directory("b", "a"))),
    NAR_WITH_DUPLICATE_NAMES(Verdict.REFUSED, "'a'", signed(directory("a", "a"))),
    NAR_WITH_NAME_DOT(Verdict.REFUSED, "'.'", signed(directory("."))),
    NAR_WITH_NAME_DOT_DOT(Verdict.REFUSED, "'..'", signed(directory(".."))),
    NAR_WITH_NAME_WITH_SLASH(Verdict.REFUSED, "'a/b'", signed(directory("a/b"))),
    NAR_WITH_EMPTY_NAME(Verdict.REFUSED, "name", signed(directory(""))),
    NAR_WITH_NAME_WITH_NUL(Verdict.REFUSED, "name", signed(directory("a\0b"))),
    NAR_TOO_DEEP(Verdict.REFUSED, "64", signed(nested(65))),
    NAR_IS_ZIP_BOMB(
            Verdict.REFUSED,
            "sent what is not",
            (c, m) ->
                    c.serveSigned(
                            m,
                            m.info().narSize(),
                            NixHash.compute(HashAlgorithm.SHA256, new byte[1]),
                            bomb())),

    NARINFO_404(Verdict.ABSENT, "does not have it", narInfoStatus(404)),
    NARINFO_410(Verdict.ABSENT, "does not have it", narInfoStatus(410)),
    NARINFO_403(Verdict.ABSENT, "does not have it", narInfoStatus(403)),
    NARINFO_401(Verdict.UNREACHABLE, "check the login", narInfoStatus(401)),
    NARINFO_400(Verdict.UNREACHABLE, "HTTP status 400: check that the URL", narInfoStatus(400)),
    NARINFO_429(Verdict.UNREACHABLE, "HTTP status 429 (given up after", narInfoStatus(429)),
    NARINFO_500(Verdict.UNREACHABLE, "HTTP status 500 (given up after", narInfoStatus(500)),
    NARINFO_503(Verdict.UNREACHABLE, "HTTP status 503 (given up after", narInfoStatus(503)),
    NARINFO_REDIRECT_LOOP(
            Verdict.UNREACHABLE,
            "redirected more than 10 times",
            (c, m) -> c.answerNarInfo(m, Answers.redirect(302, ServedClosure.narInfoFile(m)))),
    NARINFO_RESET(
            Verdict.UNREACHABLE,
            "given up after",
            (c, m) -> c.answerNarInfo(m, Answers.resetAtOnce())),
    NARINFO_SILENCE(
            Verdict.UNREACHABLE, "given up after", (c, m) -> c.answerNarInfo(m, Answers.silence())),
    NARINFO_NO_HTTP(
            Verdict.UNREACHABLE, "not HTTP", (c, m) -> c.answerNarInfo(m, Answers.noHttpAtAll())),

    NAR_404(Verdict.ABSENT, "HTTP status 404", narStatus(404)),
    NAR_410(Verdict.ABSENT, "HTTP status 410", narStatus(410)),
    NAR_403(Verdict.UNREACHABLE, "HTTP status 403", narStatus(403)),
    NAR_429(Verdict.UNREACHABLE, "HTTP status 429 (given up after", narStatus(429)),
    NAR_500(Verdict.UNREACHABLE, "HTTP status 500 (given up after", narStatus(500)),
    NAR_503(Verdict.UNREACHABLE, "HTTP status 503 (given up after", narStatus(503)),
    NAR_REDIRECT_LOOP(
            Verdict.UNREACHABLE,
            "redirected more than 10 times",
            (c, m) -> c.answerNar(m, Answers.redirect(302, ServedClosure.narFile(m)))),
    NAR_STALLED(
            Verdict.UNREACHABLE,
            "nar/",
            (c, m) -> c.answerNar(m, Answers.stallAfter(compressedNar(m), 1000))),
    NAR_RESET(
            Verdict.UNREACHABLE, "given up after", (c, m) -> c.answerNar(m, Answers.resetAtOnce())),
    NAR_RESET_MIDWAY(
            Verdict.UNREACHABLE,
            "nar/",
            (c, m) -> c.answerNar(m, Answers.resetAfter(compressedNar(m), 1000)));

    /** What becomes of the path. */
    public enum Verdict {
        REFUSED,
        ABSENT,
        UNREACHABLE
    }

    private static final int BOMB_BYTES = 256 << 20;

    private final Verdict verdict;
    private final String message;

    // Lambdas that hold nothing but constants.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Deed deed;

    /** Spoils a path of a closure. */
    private interface Deed {
        void spoil(ServedClosure closure, Member member);
    }

    Spoilage(Verdict verdict, String message, Deed deed) {
        this.verdict = verdict;
        this.message = message;
        this.deed = deed;
    }

    public Verdict verdict() {
        return verdict;
    }

    /** Part of what the operator reads. */
    public String message() {
        return message;
    }

    public void spoil(ServedClosure closure, Member member) {
        deed.spoil(closure, member);
    }

    /** Whether nothing more comes, so that only a time limit ends it. */
    public boolean silent() {
        return this == NARINFO_SILENCE || this == NAR_STALLED;
    }

    private static Deed without(String key) {
        return (c, m) -> c.serveNarInfo(m, narInfo(m).replaceFirst(key + ": .*\n", ""));
    }

    private static Deed field(String key, String value) {
        return (c, m) ->
                c.serveNarInfo(m, narInfo(m).replaceFirst(key + ": .*", key + ": " + value));
    }

    private static Deed signed(byte[] nar) {
        return (c, m) -> c.serveSigned(m, nar);
    }

    private static Deed narInfoStatus(int status) {
        return (c, m) -> c.answerNarInfo(m, Answers.status(status));
    }

    private static Deed narStatus(int status) {
        return (c, m) -> c.answerNar(m, Answers.status(status));
    }

    private static byte[] directory(String... names) {
        var nar = new NarBytes().strings("nix-archive-1", "(", "type", "directory");
        for (String name : names) {
            nar.strings("entry", "(", "name", name, "node", "(", "type", "regular");
            nar.strings("contents", "x", ")", ")");
        }
        return nar.string(")").toByteArray();
    }

    private static byte[] nested(int nodes) {
        var nar = new NarBytes().string("nix-archive-1");
        for (int i = 1; i < nodes; i++) {
            nar.strings("(", "type", "directory", "entry", "(", "name", "d", "node");
        }
        nar.strings("(", "type", "regular", "contents", "x", ")");
        for (int i = 1; i < nodes; i++) {
            nar.strings(")", ")");
        }
        return nar.toByteArray();
    }

    /** A well-formed beginning, then far more than the narinfo promises. */
    private static byte[] bomb() {
        byte[] head =
                new NarBytes()
                        .strings("nix-archive-1", "(", "type", "regular", "contents")
                        .length(BOMB_BYTES)
                        .toByteArray();
        return Arrays.copyOf(head, head.length + BOMB_BYTES);
    }
}
