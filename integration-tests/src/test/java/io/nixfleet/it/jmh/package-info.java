/**
 * JMH benchmarks of the hot parts of a fetch, each by itself, without I/O.
 *
 * <pre>
 * SystemLikeData ─→ NarBenchmark, NixHashBenchmark, DecompressorsBenchmark, WireBenchmark
 * NarInfoOfSize  ─→ NarInfoBenchmark, SignatureBenchmark, WireBenchmark
 * random bytes   ─→ NixBase32Benchmark
 * </pre>
 */
@NullMarked
package io.nixfleet.it.jmh;

import org.jspecify.annotations.NullMarked;
