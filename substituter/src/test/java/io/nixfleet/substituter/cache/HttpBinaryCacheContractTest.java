package io.nixfleet.substituter.cache;

import io.nixfleet.testing.cache.Answers;
import org.junit.jupiter.api.AfterEach;

class HttpBinaryCacheContractTest extends BinaryCacheContract {
    private final CacheFixture fixture = new CacheFixture();
    private final BinaryCache cache = fixture.cache("/prefix");

    @Override
    BinaryCache cache() {
        return cache;
    }

    @Override
    void put(String file, byte[] content) {
        fixture.server.on("/prefix/" + file, Answers.ok(content));
    }

    @AfterEach
    void close() {
        fixture.close();
    }
}
