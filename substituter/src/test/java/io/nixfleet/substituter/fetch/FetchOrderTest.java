package io.nixfleet.substituter.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nixfleet.nix.encoding.NixBase32;
import io.nixfleet.nix.store.StoreDir;
import io.nixfleet.nix.store.StorePath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchOrderTest {
    private static final StorePath APP = path("app");
    private static final StorePath LIB = path("lib");
    private static final StorePath LIBC = path("libc");
    private static final StorePath DOC = path("doc");

    @Test
    void putsDependenciesFirst() {
        var order = order(Map.of(APP, List.of(LIB), LIB, List.of(LIBC), LIBC, List.of()));

        assertThat(order.order()).containsExactly(LIBC, LIB, APP);
        assertThat(order.cycles()).isEmpty();
        assertThat(order.blocked()).isEmpty();
    }

    @Test
    void ignoresReferencesToPathsThatAreValidAlready() {
        assertThat(order(Map.of(APP, List.of(LIBC))).order()).containsExactly(APP);
    }

    @Test
    void prefersTheLongestRemainingWayAmongReadyPaths() {
        var dependencies = new LinkedHashMap<StorePath, List<StorePath>>();
        dependencies.put(DOC, List.of());
        dependencies.put(LIBC, List.of());
        dependencies.put(LIB, List.of(LIBC));
        dependencies.put(APP, List.of(LIB, DOC));

        var order = FetchOrder.of(dependencies, Set.of(), path -> path.equals(DOC) ? 15 : 10);

        assertThat(order.order()).containsExactly(LIBC, DOC, LIB, APP);
    }

    @Test
    void namesTheCycleAndWhatNeedsIt() {
        var order =
                order(
                        Map.of(
                                APP, List.of(LIB),
                                LIB, List.of(LIBC),
                                LIBC, List.of(LIB),
                                DOC, List.of()));

        assertThat(order.order()).containsExactly(DOC);
        assertThat(order.cycles()).hasSize(1);
        assertThat(order.cycles().getFirst()).containsExactlyInAnyOrder(LIB, LIBC);
        assertThat(order.blocked()).containsOnlyKeys(APP);
    }

    @Test
    void blocksWhatNeedsAMissingPathAtAnyDistance() {
        var order =
                FetchOrder.of(
                        Map.of(APP, List.of(LIB), LIB, List.of(LIBC), DOC, List.of()),
                        Set.of(LIBC),
                        _ -> 1);

        assertThat(order.order()).containsExactly(DOC);
        assertThat(order.blocked()).isEqualTo(Map.of(APP, LIBC, LIB, LIBC));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
    void accountsForEveryPathOfARandomGraphExactlyOnce(long seed) {
        var random = new Random(seed);
        var paths = new ArrayList<StorePath>();
        for (int i = 0; i < 200; i++) {
            paths.add(path("p" + i));
        }
        var dependencies = new HashMap<StorePath, List<StorePath>>();
        var missing = new HashSet<StorePath>();
        for (StorePath path : paths) {
            if (random.nextInt(50) == 0) {
                missing.add(path);
                continue;
            }
            var needs = new HashSet<StorePath>();
            for (int i = random.nextInt(4); i > 0; i--) {
                int index = paths.indexOf(path);
                // Mostly downwards, now and then anywhere: some graphs get cycles.
                int bound = random.nextInt(40) == 0 ? paths.size() : Math.max(index, 1);
                needs.add(paths.get(random.nextInt(bound)));
            }
            needs.remove(path);
            dependencies.put(path, List.copyOf(needs));
        }

        var order = FetchOrder.of(dependencies, missing, _ -> random.nextInt(1000));

        var place = new HashMap<StorePath, Integer>();
        order.order().forEach(path -> place.put(path, place.size()));
        for (StorePath path : order.order()) {
            for (StorePath needed : dependencies.getOrDefault(path, List.of())) {
                assertThat(place.get(needed))
                        .as("%s before %s, seed %d", needed, path, seed)
                        .isNotNull()
                        .isLessThan(place.get(path));
            }
        }
        var accounted = new ArrayList<>(order.order());
        order.cycles().forEach(accounted::addAll);
        accounted.addAll(order.blocked().keySet());
        assertThat(accounted)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(dependencies.keySet());
        for (List<StorePath> cycle : order.cycles()) {
            for (int i = 0; i < cycle.size(); i++) {
                assertThat(dependencies.getOrDefault(cycle.get(i), List.of()))
                        .contains(cycle.get((i + 1) % cycle.size()));
            }
        }
    }

    private static FetchOrder order(Map<StorePath, List<StorePath>> dependencies) {
        return FetchOrder.of(dependencies, Set.of(), _ -> 1);
    }

    private static StorePath path(String name) {
        var hash = new byte[20];
        new Random(name.hashCode()).nextBytes(hash);
        return StorePath.ofBaseName(StoreDir.NIX_STORE, NixBase32.encode(hash) + "-" + name);
    }
}
