import type { Logger } from '../log.ts';
import { makePump, type Pump } from './pump.ts';

/**
 * Writes down who is connected. Connections of one node may overlap, and the writes about them take time; so what is written
 * is always what holds at the moment of writing, one node after the other, never what an old connection said.
 */
export interface PresenceParts {
  isOnline(nodeId: string): boolean;
  store(nodeId: string, isOnline: boolean): Promise<void>;
  log: Logger;
}

export class Presence {
  private readonly parts: PresenceParts;
  private readonly changed = new Set<string>();
  private readonly pump: Pump;

  constructor(parts: PresenceParts) {
    this.parts = parts;
    this.pump = makePump(
      () => this.write(),
      (err) => parts.log.warn({ err }, 'presence could not be stored'),
    );
  }

  /** The node's connection came or went. */
  note(nodeId: string): void {
    this.changed.add(nodeId);
    this.pump.wake();
  }

  /** What could not be written before is tried again; resolves when all was tried. */
  async flush(): Promise<void> {
    if (this.changed.size > 0) this.pump.wake();
    await this.pump.idle();
  }

  private async write(): Promise<void> {
    for (const nodeId of Array.from(this.changed)) {
      this.changed.delete(nodeId);
      try {
        await this.parts.store(nodeId, this.parts.isOnline(nodeId));
      } catch (error) {
        this.changed.add(nodeId);
        throw error;
      }
    }
  }
}
