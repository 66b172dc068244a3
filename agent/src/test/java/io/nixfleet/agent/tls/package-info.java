@NullMarked
package io.nixfleet.agent.tls;

import org.jspecify.annotations.NullMarked;
