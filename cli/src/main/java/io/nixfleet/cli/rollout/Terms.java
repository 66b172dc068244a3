package io.nixfleet.cli.rollout;

import io.nixfleet.protocol.operator.OnFailure;
import java.util.Collection;

/**
 * When a rollout goes on.
 *
 * @param threshold how many hosts of a batch may fail
 * @param onFailure what becomes of the rollout when more of them do
 */
public record Terms(Batches batches, Share threshold, OnFailure onFailure) {
    /** What comes after a batch. */
    public enum Next {
        /** The batch after it. */
        GO_ON,
        /** Nothing: it was the last one. */
        COMPLETE,
        /** Nothing, until an operator goes on. */
        PAUSE,
        /** Hosts return to what they had before. */
        REVERT
    }

    /**
     * Judges a batch.
     *
     * @param index of the batch, from 0
     * @param ends what became of each of its hosts
     */
    public Next after(int index, Collection<HostEnd> ends) {
        long failed = ends.stream().filter(end -> !end.good()).count();
        if (failed > allowed(index)) {
            return switch (onFailure) {
                case PAUSE -> Next.PAUSE;
                case REVERT -> Next.REVERT;
            };
        }
        return index == batches.count() - 1 ? Next.COMPLETE : Next.GO_ON;
    }

    /** How many hosts of a batch may fail. */
    public int allowed(int index) {
        return threshold.of(batches.hosts().get(index).size());
    }
}
