/** What every writer of HTML or XML needs. */
@NullMarked
package io.nixfleet.agent.markup;

import org.jspecify.annotations.NullMarked;
