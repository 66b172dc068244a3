package io.nixfleet.it.simulation;

import java.util.Arrays;

/** When things came, in seconds of agents' time since some moment, beside the rate on average. */
final class Rates {
    private static final int MINUTE = 60;

    private final double[] times;
    private final double nominal;

    /**
     * @param nominal how many come in a second when they are spread evenly
     */
    Rates(double[] times, double nominal) {
        this.times = times.clone();
        this.nominal = nominal;
    }

    long count() {
        return times.length;
    }

    long count(double from, double to) {
        return Arrays.stream(times).filter(time -> time >= from && time < to).count();
    }

    /** The most that came in one of the parts of a time, so long each. */
    long peak(double from, double to, double part) {
        long most = 0;
        for (double begin = from; begin < to; begin += part) {
            most = Math.max(most, count(begin, begin + part));
        }
        return most;
    }

    /** How many times the even rate the busiest part of a time had. */
    double peakRatio(double from, double to, double part) {
        return peak(from, to, part) / (nominal * part);
    }

    /**
     * After how many minutes the rate stays even: from then until the end no ten seconds have more
     * than so many times the even rate.
     */
    int minutesUntilEven(double end, double ratio) {
        int minutes = (int) (end / MINUTE);
        while (minutes > 0 && peakRatio((minutes - 1) * MINUTE, minutes * MINUTE, 10) <= ratio) {
            minutes--;
        }
        return minutes;
    }
}
