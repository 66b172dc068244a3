/**
 * A fleet against one control plane: thousands of agents in one process, each whole but for its
 * host, which is a directory.
 *
 * <pre>
 * FleetSimulationTest ─→ Simulation ─→ ControlPlaneProcess, killed and started again ─→ journals
 *                            └─→ FleetProcess { SimulatedAgent … } ─→ outboxes
 *                                journals, outboxes ─→ Observations ─→ Rates, Deliveries ─→ Figures
 * </pre>
 */
@NullMarked
package io.nixfleet.it.simulation;

import org.jspecify.annotations.NullMarked;
