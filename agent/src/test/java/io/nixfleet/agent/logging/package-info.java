@NullMarked
package io.nixfleet.agent.logging;

import org.jspecify.annotations.NullMarked;
