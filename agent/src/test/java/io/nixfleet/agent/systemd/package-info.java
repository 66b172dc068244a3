@NullMarked
package io.nixfleet.agent.systemd;

import org.jspecify.annotations.NullMarked;
