/**
 * What happened in the scenarios of a run, as a page for people: one file for each scenario while
 * they run, one self-contained page of all files afterwards.
 *
 * <pre>
 * test ─→ Timeline ─→ Recording ─→ RecordingFile ─→ files ─→ RunReport ─→ Section ─→ page
 *                                                                          │
 *                              Recording ─→ Span ─→ Block, Marker ─→ Drawing ┤
 *                              Recording ─→ EventList ───────────────────────┘
 * </pre>
 */
@NullMarked
package io.nixfleet.it.report;

import org.jspecify.annotations.NullMarked;
