package io.nixfleet.substituter.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nixfleet.nix.compression.Compression;
import io.nixfleet.nix.store.StorePath;
import io.nixfleet.substituter.cache.credentials.Credentials;
import io.nixfleet.substituter.cache.credentials.Netrc;
import io.nixfleet.substituter.cache.credentials.Secret;
import io.nixfleet.testing.cache.Answers;
import io.nixfleet.testing.cache.HostileServer;
import io.nixfleet.testing.cache.NarInfos;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects, and what they must not carry along. */
@Timeout(60)
class HttpRedirectTest {
    private static final StorePath PATH = NarInfos.path('a');
    private static final String FILE = "/" + PATH.hashPart() + ".narinfo";
    private static final String TEXT =
            NarInfos.text(PATH, "nar/a.nar.zst", Compression.ZSTD, new byte[1]);
    private static final String NETRC =
            """
            machine 127.0.0.1 login me password s3cret-netrc
            default login you password s3cret-default
            """;

    private final HostileServer server = HostileServer.start();
    private final HostileServer other = HostileServer.start();
    private BinaryCaches caches = caches(Netrc.EMPTY);

    private static BinaryCaches caches(Netrc netrc) {
        return new BinaryCaches(
                CacheOptions.builder()
                        .netrc(netrc)
                        .retryPolicy(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1)))
                        .build());
    }

    @AfterEach
    void close() {
        caches.close();
        server.close();
        other.close();
    }

    private void useNetrc(String text) {
        caches.close();
        caches = caches(Netrc.parse(text, "netrc"));
    }

    private NarInfoLookup lookup(String userInfo) throws InterruptedException {
        URI url = URI.create("http://" + userInfo + server.uri().getAuthority());
        return caches.open(url).lookup(PATH);
    }

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void followsRedirects(int status) throws InterruptedException {
        server.on(FILE, Answers.redirect(status, "/moved?x=1"));
        server.on("/moved?x=1", Answers.redirect(status, other.uri() + "/there"));
        other.on("/there", Answers.ok(TEXT));

        assertThat(lookup("")).isInstanceOf(NarInfoLookup.Found.class);
    }

    @Test
    void endsRedirectLoop() throws InterruptedException {
        server.on(FILE, Answers.redirect(302, FILE));

        assertThat(failed(lookup(""))).hasMessageEndingWith("redirected more than 10 times");
        assertThat(server.requests()).hasSize(11);
    }

    @ParameterizedTest
    @CsvSource({
        "file:///etc/passwd, to a URL of the kind 'file'",
        "unix:/run/socket, to a URL of the kind 'unix'",
        "http:nothing, to a URL without a host",
        "a b, to something that is no URL",
    })
    void refusesRedirectsOutOfHttp(String location, String why) throws InterruptedException {
        server.on(FILE, Answers.redirect(302, location));

        CacheException reason = failed(lookup(""));

        assertThat(reason).hasMessageEndingWith("redirected " + why);
        assertThat(reason.kind()).isEqualTo(CacheException.Kind.NOT_A_CACHE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "http://[fe80::1]/x",
                "http://[::ffff:169.254.169.254]/x",
                "http://100.100.100.200/x",
                "http://[fd00:ec2::254]/x",
                "http://224.0.0.1/x",
            })
    void refusesRedirectToTheLinkOrToMetadata(String location) throws InterruptedException {
        server.on(FILE, Answers.redirect(302, location));

        CacheException reason = failed(lookup(""));

        assertThat(reason).hasMessageContaining("which is no address of another host's service");
        assertThat(reason.kind()).isEqualTo(CacheException.Kind.NOT_A_CACHE);
        assertThat(server.requests()).as("it is not tried again").hasSize(1);
    }

    @Test
    void refusesNarUrlOfMetadata() {
        var narInfo = NarInfos.of(PATH, "http://169.254.169.254/x", Compression.NONE, new byte[1]);

        try (var download = caches.open(server.uri()).open(narInfo)) {
            assertThatThrownBy(() -> download.stream().read())
                    .hasMessageContaining("which is no address of another host's service");
        }
    }

    @Test
    void refusesRedirectToNowhere() throws InterruptedException {
        server.on(FILE, Answers.status(302));

        assertThat(failed(lookup(""))).hasMessageEndingWith("redirected without a Location");
    }

    @Test
    void sendsLoginOfUrlAtOnceAndOnlyToTheCache() throws InterruptedException {
        server.on(FILE, Answers.redirect(307, "/again"));
        server.on("/again", Answers.redirect(307, other.uri() + "/there"));
        other.on("/there", Answers.ok(TEXT));

        lookup("me:p%40ss+word@");

        assertThat(server.requests())
                .hasSize(2)
                .allSatisfy(
                        request ->
                                assertThat(request.header("Authorization"))
                                        .isEqualTo(basic("me:p@ss+word")));
        assertThat(other.requests().getFirst().header("Authorization")).isEmpty();
    }

    @Test
    void sendsLoginOfNetrc() throws InterruptedException {
        useNetrc(NETRC);
        server.on(FILE, Answers.ok(TEXT));

        lookup("");

        assertThat(server.requests().getFirst().header("Authorization"))
                .isEqualTo(basic("me:s3cret-netrc"));
    }

    @Test
    void sendsDefaultLoginOfNetrcToTheCacheOnly() throws InterruptedException {
        useNetrc("default login you password s3cret-default");
        server.on(FILE, Answers.redirect(307, other.uri() + "/there"));
        other.on("/there", Answers.ok(TEXT));

        lookup("");

        assertThat(server.requests().getFirst().header("Authorization"))
                .isEqualTo(basic("you:s3cret-default"));
        assertThat(other.requests().getFirst().header("Authorization")).isEmpty();
    }

    @Test
    void asksForTheTokenAtEveryRequest() throws InterruptedException {
        server.on(FILE, Answers.ok(TEXT));
        var asked = new AtomicInteger();
        BinaryCache cache =
                caches.open(
                        server.uri(),
                        CacheTerms.of(
                                new Credentials.Bearer(
                                        () -> Secret.of("token" + asked.incrementAndGet()))));

        cache.lookup(PATH);
        cache.lookup(PATH);

        assertThat(server.requests())
                .extracting(request -> request.header("Authorization"))
                .containsExactly("Bearer token1", "Bearer token2");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 407, 418, 503, 200, 302})
    void neverShowsSecrets(int status) throws Exception {
        useNetrc(NETRC);
        server.on(FILE, Answers.status(status));
        server.on("/nix-cache-info", Answers.status(status));
        server.on("/nar?sig=s3cret-query", Answers.status(status));
        var url = URI.create("http://user:s3cret-url@" + server.uri().getAuthority());
        BinaryCache cache = caches.open(url);
        var text = new StringWriter();
        var out = new PrintWriter(text);

        out.println(cache + cache.name());
        out.println(Netrc.parse(NETRC, "netrc").find("127.0.0.1"));
        out.println(new Credentials.Bearer(() -> Secret.of("s3cret-token")));
        if (cache.lookup(PATH) instanceof NarInfoLookup.Failed(CacheException reason)) {
            reason.printStackTrace(out);
        }
        try {
            out.println(cache.info());
        } catch (CacheException e) {
            e.printStackTrace(out);
        }
        var narInfo = NarInfos.of(PATH, "nar?sig=s3cret-query", Compression.XZ, new byte[1]);
        try (var download = cache.open(narInfo)) {
            out.println(download.stream().read());
        } catch (CacheException e) {
            e.printStackTrace(out);
        }

        assertThat(server.requests().getFirst().header("Authorization"))
                .isEqualTo(basic("user:s3cret-url"));
        assertThat(text.toString()).doesNotContain("s3cret", basic("user:s3cret-url").substring(6));
    }

    private static CacheException failed(NarInfoLookup lookup) {
        assertThat(lookup).isInstanceOf(NarInfoLookup.Failed.class);
        return ((NarInfoLookup.Failed) lookup).reason();
    }
}
