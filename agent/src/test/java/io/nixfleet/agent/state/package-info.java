@NullMarked
package io.nixfleet.agent.state;

import org.jspecify.annotations.NullMarked;
