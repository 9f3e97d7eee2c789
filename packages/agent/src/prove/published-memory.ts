import { join } from 'node:path';
import { decodeCoordinatorMessage, type PackagesPublished, type PublishedPackageOnWire } from '@binhost/shared/protocol';
import { stateFile } from '../files/state-file.ts';

/**
 * What the coordinator has said to be published for this node, kept across restarts: by it the agent tells our `[binary]`
 * rows from another binhost's. Stored before the event is confirmed, so that no notice can be lost between the two.
 */
export interface PublishedMemory {
  /** Number of the newest event stored; 0: none. */
  readonly lastEvent: number;
  /** @returns false where the event was stored before (they come at least once) @throws STATE_UNUSABLE */
  store(notice: PackagesPublished): boolean;
  find(cpv: string, buildId: number): PublishedPackageOnWire | undefined;
}

/** Of more than this the oldest are forgotten; a node never waits for so many. */
const MAX_REMEMBERED = 20_000;

/** @throws STATE_UNUSABLE */
export function openPublishedMemory(stateDirectory: string): PublishedMemory {
  const file = stateFile(join(stateDirectory, 'published.json'), decodeNotice);
  const loaded = file.load();
  let lastEvent = loaded?.event ?? 0;
  let packages = new Map((loaded?.packages ?? []).map((one) => [nameOf(one), one]));
  return {
    get lastEvent() {
      return lastEvent;
    },
    store: (notice) => {
      if (notice.event <= lastEvent) return false;
      const all = new Map(packages);
      for (const one of notice.packages) {
        all.delete(nameOf(one));
        all.set(nameOf(one), one);
      }
      const kept = [...all.values()].slice(-MAX_REMEMBERED);
      file.store({ ...notice, packages: kept });
      packages = new Map(kept.map((one) => [nameOf(one), one]));
      lastEvent = notice.event;
      return true;
    },
    find: (cpv, buildId) => packages.get(nameOf({ cpv, buildId })),
  };
}

function nameOf({ cpv, buildId }: { cpv: string; buildId: number }): string {
  return `${cpv}-${buildId}`;
}

/** The file has the form of the newest notice, holding the packages of all. */
function decodeNotice(value: unknown): PackagesPublished {
  const message = decodeCoordinatorMessage(value);
  if (message.type === 'packages-published') return message;
  throw new Error(`expected packages-published, got ${message.type}`);
}
