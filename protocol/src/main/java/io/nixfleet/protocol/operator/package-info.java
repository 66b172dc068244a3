/**
 * What operators ask of a control plane and are told by it: releases, rollouts of them, machines.
 * States are the words of the control plane, since a newer one may have more of them.
 */
@NullMarked
package io.nixfleet.protocol.operator;

import org.jspecify.annotations.NullMarked;
