@NullMarked
package io.nixfleet.agent.controlplane;

import org.jspecify.annotations.NullMarked;
