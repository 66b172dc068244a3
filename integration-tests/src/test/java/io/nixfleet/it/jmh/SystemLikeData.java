package io.nixfleet.it.jmh;

import io.nixfleet.testing.Seeds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * Bytes that compress about as the files of a system do (zstd 2.7:1, xz 3.0:1): text, machine code,
 * and what is compressed already, in blocks by turns. The same bytes at each call.
 */
final class SystemLikeData {
    private static final int BLOCK = 4096;
    private static final int WORDS = 2000;
    private static final int INSTRUCTIONS = 128;

    private final RandomGenerator random = Seeds.random(1);
    private final byte[][] words = new byte[WORDS][];
    private final int[] instructions = new int[INSTRUCTIONS];

    private SystemLikeData() {
        for (int i = 0; i < WORDS; i++) {
            String letters = Long.toString(random.nextLong(1L << 40), Character.MAX_RADIX);
            words[i] =
                    (letters.substring(0, random.nextInt(1, letters.length() + 1)) + " ")
                            .getBytes(StandardCharsets.US_ASCII);
        }
        for (int i = 0; i < INSTRUCTIONS; i++) {
            instructions[i] = random.nextInt();
        }
    }

    static byte[] bytes(int size) {
        var data = new SystemLikeData();
        ByteBuffer out = ByteBuffer.allocate(size);
        while (out.hasRemaining()) {
            ByteBuffer block = out.slice(out.position(), Math.min(BLOCK, out.remaining()));
            out.position(out.position() + block.remaining());
            switch (data.random.nextInt(10)) {
                case 0 -> data.noise(block);
                case 1, 2, 3 -> data.text(block);
                default -> data.code(block);
            }
        }
        return out.array();
    }

    private void noise(ByteBuffer block) {
        while (block.hasRemaining()) {
            block.put((byte) random.nextInt());
        }
    }

    private void text(ByteBuffer block) {
        while (block.hasRemaining()) {
            byte[] word = words[oftenSmall(WORDS)];
            block.put(word, 0, Math.min(word.length, block.remaining()));
        }
    }

    /** Few instructions make up most of a program; of their operands most are small. */
    private void code(ByteBuffer block) {
        while (block.remaining() >= Long.BYTES) {
            block.putInt(instructions[oftenSmall(INSTRUCTIONS)]);
            block.putInt(oftenSmall(128));
        }
        noise(block);
    }

    private int oftenSmall(int bound) {
        double even = random.nextDouble();
        return (int) (bound * even * even * even * even);
    }
}
