/** The messages' JSON: snake_case fields, unknown ones ignored. The only user of Jackson here. */
@NullMarked
package io.nixfleet.protocol.json;

import org.jspecify.annotations.NullMarked;
