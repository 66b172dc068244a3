/** The packaged agent against spoilt caches, dying daemons, full disks and impatient people. */
@NullMarked
package io.nixfleet.it.hostile;

import org.jspecify.annotations.NullMarked;
