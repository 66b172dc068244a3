package io.nixfleet.testing.fault;

import io.nixfleet.testing.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Which fault an answer meets. */
public interface FaultScript {
    /** Nothing goes wrong. */
    FaultScript NONE = (_, _, _) -> new Fault.None();

    /**
     * Decides about an answer; called by many threads.
     *
     * @param path what was asked for
     * @param count how often it was asked for before, from 0
     * @param length the bytes of the answer, its head too; as far as they are known beforehand
     */
    Fault faultFor(String path, int count, long length);

    /** The fault befalls the first {@code times} answers for each path that matches. */
    static FaultScript first(int times, String pathPattern, Fault fault) {
        return from(0, times, pathPattern, fault);
    }

    /** The fault befalls all answers for paths that match. */
    static FaultScript always(String pathPattern, Fault fault) {
        return from(0, Integer.MAX_VALUE, pathPattern, fault);
    }

    /** The fault befalls the answers number {@code from} to {@code to - 1} for each such path. */
    static FaultScript from(int from, int to, String pathPattern, Fault fault) {
        Pattern pattern = Pattern.compile(pathPattern);
        return (path, count, _) ->
                count >= from && count < to && pattern.matcher(path).find()
                        ? fault
                        : new Fault.None();
    }

    /** The first of the scripts that has a fault for an answer decides. */
    static FaultScript either(FaultScript... scripts) {
        List<FaultScript> all = List.of(scripts);
        return (path, count, length) -> {
            for (FaultScript script : all) {
                Fault fault = script.faultFor(path, count, length);
                if (!(fault instanceof Fault.None)) {
                    return fault;
                }
            }
            return new Fault.None();
        };
    }

    /**
     * Any fault at any byte, for one answer in {@code oneIn}. It depends on the seed, the path and
     * the count alone, so that the order in which threads ask changes nothing.
     *
     * @param pause how long stalls that end take
     */
    static FaultScript random(long seed, int oneIn, Duration pause) {
        return (path, count, length) -> {
            RandomGenerator random = Seeds.random(Objects.hash(seed, path, count));
            if (random.nextInt(oneIn) != 0) {
                return new Fault.None();
            }
            return Seeds.pick(random, anyAt(random, random.nextLong(Math.max(1, length)), pause));
        };
    }

    private static List<Fault> anyAt(RandomGenerator random, long at, Duration pause) {
        var faults = new ArrayList<Fault>();
        faults.add(new Fault.Cut(at));
        faults.add(new Fault.Reset(at));
        faults.add(new Fault.Delay(at, pause));
        faults.add(new Fault.Corrupt(at, random.nextInt(1, 256)));
        faults.add(new Fault.StatusOfTheOneBefore());
        faults.add(new Fault.CloseKeptConnection());
        faults.add(new Fault.NoAnswer());
        for (int status : List.of(400, 404, 408, 429, 500, 502, 503)) {
            faults.add(new Fault.Status(status));
        }
        return faults;
    }
}
