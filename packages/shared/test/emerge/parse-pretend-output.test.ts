import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePretendText } from '../../src/emerge/index.ts';

/**
 * Golden files: what emerge printed (stdout and stderr as a terminal shows them), a line of dashes, what it means. Named by
 * situation. The outputs were recorded on the real Portage 3.0.82, and those named `portage-2…` follow that of 2007; what they
 * mean was compared with Portage's own objects when they were made.
 */
const DIRECTORY = new URL('./pretend-outputs/', import.meta.url);
const DASHES = '\n----------\n';

describe('parsePretendOutput', () => {
  const names = readdirSync(DIRECTORY).filter((name) => name.endsWith('.txt'));

  it('has at least 60 situations', () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it.each(names)('reads %s', (name) => {
    const file = readFileSync(new URL(name, DIRECTORY), 'utf8');
    const at = file.lastIndexOf(DASHES);
    const expected: unknown = JSON.parse(file.slice(at + DASHES.length));
    expect(parsePretendText(file.slice(0, at))).toEqual(expected);
    expect(parsePretendText(file.slice(0, at).replaceAll('\n', '\r\n'))).toEqual(expected);
  });
});
