import { join } from 'node:path';
import {
  decodeCoordinatorMessage,
  type IndexFacts,
  type PackagesPublished,
  type PublishedPackageOnWire,
} from '@binhost/shared/protocol';
import { stateFile } from '../files/state-file.ts';

/**
 * What the coordinator has said to be published for this node, kept across restarts: by it the agent tells our `[binary]`
 * rows from another binhost's. Stored before the event is confirmed, so that no notice can be lost between the two.
 */
export interface PublishedMemory {
  /** Number of the newest event stored; 0: none. */
  readonly lastEvent: number;
  /** The index that the newest notice told of; null: none came. */
  readonly index: IndexFacts | null;
  /** @returns false where the event was stored before (they come at least once) @throws STATE_UNUSABLE */
  store(notice: PackagesPublished): boolean;
  find(cpv: string, buildId: number): PublishedPackageOnWire | undefined;
  /**
   * Says which node the coordinator takes us for. Event numbers count per node: under another id (a coordinator with a new
   * database) what was remembered means nothing.
   *
   * @returns false where events were remembered for another id; they are forgotten, and hello must be said anew
   */
  belongTo(nodeId: string): boolean;
}

/** Of more than this the oldest are forgotten; a node never waits for so many. */
const MAX_REMEMBERED = 20_000;

/** @throws STATE_UNUSABLE */
export function openPublishedMemory(stateDirectory: string): PublishedMemory {
  const file = stateFile(join(stateDirectory, 'published.json'), decodeRemembered);
  let kept: Remembered = file.load() ?? { nodeId: null, notice: null };
  let byName = namesOf(kept);
  const keep = (changed: Remembered): void => {
    file.store(changed);
    kept = changed;
    byName = namesOf(changed);
  };
  return {
    get lastEvent() {
      return kept.notice?.event ?? 0;
    },
    get index() {
      return kept.notice?.index ?? null;
    },
    store: (notice) => {
      if (notice.event <= (kept.notice?.event ?? 0)) return false;
      const all = new Map(byName);
      for (const one of notice.packages) {
        all.delete(nameOf(one));
        all.set(nameOf(one), one);
      }
      keep({ ...kept, notice: { ...notice, packages: [...all.values()].slice(-MAX_REMEMBERED) } });
      return true;
    },
    belongTo: (nodeId) => {
      if (kept.nodeId === nodeId) return true;
      const isStale = kept.nodeId !== null && kept.notice !== null;
      keep(isStale ? { nodeId, notice: null } : { ...kept, nodeId });
      return !isStale;
    },
    find: (cpv, buildId) => byName.get(nameOf({ cpv, buildId })),
  };
}

function nameOf({ cpv, buildId }: { cpv: string; buildId: number }): string {
  return `${cpv}-${buildId}`;
}

interface Remembered {
  /** null: no coordinator has welcomed us yet. */
  nodeId: string | null;
  /** The newest notice, holding the packages of all; null: none came. */
  notice: PackagesPublished | null;
}

function namesOf({ notice }: Remembered): Map<string, PublishedPackageOnWire> {
  return new Map((notice?.packages ?? []).map((one) => [nameOf(one), one]));
}

function decodeRemembered(value: unknown): Remembered {
  const { nodeId, notice } = value as Remembered;
  return { nodeId: typeof nodeId === 'string' ? nodeId : null, notice: notice === null ? null : decodeNotice(notice) };
}

function decodeNotice(value: unknown): PackagesPublished {
  const message = decodeCoordinatorMessage(value);
  if (message.type === 'packages-published') return message;
  throw new Error(`expected packages-published, got ${message.type}`);
}
