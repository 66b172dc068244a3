package io.nixfleet.agent.cycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.agent.activation.FakeHost;
import io.nixfleet.agent.deploy.Action;
import io.nixfleet.agent.deploy.DeployRequest;
import io.nixfleet.agent.deploy.DeployRequest.Source;
import io.nixfleet.agent.deploy.Outcome;
import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.hash.HashAlgorithm;
import io.nixfleet.nix.hash.NixHash;
import io.nixfleet.nix.narinfo.NarInfo;
import io.nixfleet.nix.narinfo.NarInfoWriter;
import io.nixfleet.nix.narinfo.PathInfo;
import io.nixfleet.nix.signature.Fingerprint;
import io.nixfleet.nix.signature.SecretKey;
import io.nixfleet.nix.store.StorePath;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class SystemFetchTest {
    private static final StorePath NEW = FakeHost.path("new");

    @TempDir Path dir;
    private CycleRig rig;

    @BeforeEach
    void setUp() throws Exception {
        rig = new CycleRig(dir);
    }

    @AfterEach
    void tearDown() throws Exception {
        rig.close();
    }

    private static DeployRequest request(int number, Optional<URI> cache, Source source) {
        return new DeployRequest("d-" + number, NEW, cache, Action.SWITCH, source);
    }

    private URI cache(String name) throws Exception {
        Path cache = Files.createDirectories(dir.resolve(name));
        Files.writeString(cache.resolve("nix-cache-info"), "StoreDir: /nix/store\n");
        return cache.toUri();
    }

    private Outcome deploy(Optional<URI> cache) throws Exception {
        return rig.live().deploying().deploy(request(1, cache, Source.PUSH));
    }

    @Test
    void asksTheCacheOfTheEventAndNotItsOwn() throws Exception {
        rig.ownCache = Optional.of(cache("own"));

        assertThat(deploy(Optional.of(cache("event"))).message())
                .startsWith("could not fetch " + NEW)
                .contains(dir.resolve("event").toString())
                .doesNotContain(dir.resolve("own").toString());
    }

    @Test
    void asksItsOwnCacheWhereTheEventNamesNone() throws Exception {
        rig.ownCache = Optional.of(cache("own"));

        assertThat(deploy(Optional.empty()).message()).contains(dir.resolve("own").toString());
    }

    @Test
    void needsNoCacheForWhatIsValid() throws Exception {
        rig.system("new", "");

        assertThat(deploy(Optional.empty())).isEqualTo(new Outcome.Deployed("deployed"));
    }

    @Test
    void saysThatThereIsNoCacheToAsk() throws Exception {
        assertThat(deploy(Optional.empty()).message())
                .isEqualTo(
                        "could not fetch %s: it is not valid here, and there is no cache to fetch it from: neither the deployment nor --cache-url names one"
                                .formatted(NEW));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nowhere", "ftp://x/", "https:opaque", "file://elsewhere/x", "http:///"})
    void survivesACacheThatIsNone(String url) throws Exception {
        assertThat(deploy(Optional.of(URI.create(url))).message())
                .startsWith("could not fetch " + NEW);
    }

    @Test
    void refusesAClosureThatTheStoreHasNoRoomFor() throws Exception {
        URI cache = cache("big");
        SecretKey key = SecretKey.generate("test-1", new Random(3));
        rig.trustedKeys.add(key.publicKey().toString());
        NixHash hash = NixHash.compute(HashAlgorithm.SHA256, new byte[0]);
        long size = 1L << 55;
        var info =
                new PathInfo(
                        NEW,
                        Optional.empty(),
                        hash,
                        size,
                        List.of(),
                        List.of(key.sign(Fingerprint.of(NEW, hash, size, List.of()))),
                        Optional.empty());
        Files.writeString(
                dir.resolve("big").resolve(NEW.hashPart() + ".narinfo"),
                NarInfoWriter.write(
                        new NarInfo(
                                info,
                                "nar/x.nar",
                                Compression.NONE,
                                Optional.empty(),
                                OptionalLong.empty())));

        assertThat(deploy(Optional.of(cache)).message())
                .contains("the store's file system has ")
                .contains("the closure takes 36028797086 MB")
                .endsWith("make room, such as by nix-collect-garbage");
    }

    @Test
    void keepsTheSystemFromTheCollectorWhileItIsApplied() throws Exception {
        StorePath fresh =
                rig.system(
                        "new",
                        "readlink '%s' >> '%s'"
                                .formatted(
                                        rig.agentDirectory().resolve("roots/d-1"), rig.host.log()));

        assertThat(deploy(Optional.empty())).isEqualTo(new Outcome.Deployed("deployed"));
        assertThat(rig.host.activations()).containsExactly("new switch", fresh.toString());
        assertThat(rig.agentDirectory().resolve("roots")).isEmptyDirectory();
    }

    /** It may pass; until then a rollout is not to count this host as failed. */
    @Test
    void tellsAFailedFetchOnceItsRetriesAreUsedUp() throws Exception {
        rig.store.fail("the daemon is away");
        CycleLife life = rig.live().deploying();
        life.desired.is(NEW);
        List<String> told = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            life.deploy(request(i, Optional.empty(), Source.POLL));
            told.addAll(life.takeMessages());
        }
        assertThat(told).isEmpty();

        life.deploy(request(5, Optional.empty(), Source.POLL));

        assertThat(life.takeMessages())
                .containsExactly("false could not fetch %s: the daemon is away".formatted(NEW));
        assertThat(life.state.refusals()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Source.class,
            names = {"PUSH", "OPERATOR"})
    void tellsTheOneWhoWaitsForItAtOnce(Source source) throws Exception {
        rig.store.fail("the daemon is away");
        CycleLife life = rig.live().deploying();

        life.deploy(request(1, Optional.empty(), source));

        assertThat(life.takeMessages()).hasSize(1);
    }

    @Test
    void saysThatNixDoesNotAnswer() throws Exception {
        FakeHost.program(rig.host.bin.resolve("nix"), "echo 'error: no config' >&2; exit 1\n");

        assertThat(deploy(Optional.empty()).message()).contains("error: no config");
    }
}
