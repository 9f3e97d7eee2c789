import { join } from 'node:path';

/** A Python program that tries to get out of a build root; its own first lines say how it is called. */
export const HOSTILE_BUILD = join(import.meta.dirname, 'hostile-build.py');
