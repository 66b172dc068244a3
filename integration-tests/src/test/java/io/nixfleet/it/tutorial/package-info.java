/**
 * The tutorial of README.md, on a host of its own.
 *
 * <pre>
 * README.md ─→ Tutorial: Step, Step … ─ one shell ─→ SystemHost ─→ what each step printed
 *                          └─ what the reader is shown ─────────────────────┴─→ equal
 * </pre>
 */
@NullMarked
package io.nixfleet.it.tutorial;

import org.jspecify.annotations.NullMarked;
