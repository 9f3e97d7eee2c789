import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Skip } from './section.ts';

/** A row of e2e/allowed-skips.json: tests whose full name begins with `name` may skip where everything may be installed. */
interface AllowedSkip {
  name: string;
  why: string;
}

/** The skips that are not allowed where everything may be installed. */
export function forbiddenSkips(root: string, skips: Skip[]): Skip[] {
  const allowed = JSON.parse(readFileSync(join(root, 'e2e', 'allowed-skips.json'), 'utf8')) as AllowedSkip[];
  return skips.filter((skip) => !allowed.some((row) => skip.name.startsWith(row.name)));
}
