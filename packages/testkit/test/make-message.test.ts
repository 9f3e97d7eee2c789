import { decodeAgentMessage } from '@binhost/shared/protocol';
import { describe, expect, it } from 'vitest';
import { makeHello, makeMergeEntry, makeReport } from '../src/index.ts';

describe('message factories', () => {
  it('make messages that the protocol accepts', () => {
    for (const message of [makeHello(), makeReport()]) expect(decodeAgentMessage(message)).toEqual(message);
  });

  it('take over what is overridden and nothing else', () => {
    expect(makeMergeEntry({ cpv: 'dev-libs/bar-2' })).toEqual({ ...makeMergeEntry(), cpv: 'dev-libs/bar-2' });
  });
});
