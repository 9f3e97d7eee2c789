import { join } from 'node:path';
import { type StateFile, stateFile } from '../files/state-file.ts';
import type { OwnFile } from './own-file.ts';

/** What join did on this node, written before each deed: leave undoes exactly that, also after a join that was broken off. */
export interface JoinRecord {
  address: string;
  nodeName: string;
  pool: string;
  packagesUrl: string;
  /** Of the pool's signing key. */
  fingerprint: string;
  files: OwnFile[];
  /** Files below the state directory and directories that join made, newest last. */
  made: string[];
  /** null: the key was left out, so this node's owner decides whom Portage trusts. */
  keyring: {
    home: string;
    /** join made the directory. */
    madeHome: boolean;
    /** Fingerprints of the keys that join imported, and the agent after a rotation. */
    brought: string[];
  } | null;
  /** join put the service into the runlevel. */
  service: boolean;
}

export function joinRecordFile(stateDirectory: string): StateFile<JoinRecord> {
  return stateFile(join(stateDirectory, 'joined.json'), (value) => {
    const record = value as JoinRecord;
    if (typeof record?.address !== 'string' || !Array.isArray(record.files))
      throw new Error('expected a record of join');
    return record;
  });
}
