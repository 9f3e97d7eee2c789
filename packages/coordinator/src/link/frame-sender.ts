import type { CoordinatorMessage, Frame } from '@binhost/shared/protocol';
import type { WebSocket } from 'ws';
import { writeFrame } from './frame-bytes.ts';

/** The outgoing half of one connection: frames leave in the order of the calls, however long packing one takes. */
export class FrameSender {
  private readonly socket: WebSocket;
  private readonly maxBuffered: number;
  private readonly onOverflow: (bufferedBytes: number) => void;
  private sequence = 0;
  private chain: Promise<void> = Promise.resolve();

  /**
   * @param maxBuffered bytes that may wait unsent
   * @param onOverflow called when more than that waits: the other side reads too slowly
   */
  constructor(socket: WebSocket, maxBuffered: number, onOverflow: (bufferedBytes: number) => void) {
    this.socket = socket;
    this.maxBuffered = maxBuffered;
    this.onOverflow = onOverflow;
  }

  message(message: CoordinatorMessage): void {
    this.sequence += 1;
    this.frame({ kind: 'message', sequence: this.sequence, message });
  }

  loose(message: CoordinatorMessage): void {
    this.frame({ kind: 'loose', message });
  }

  ack(sequence: number): void {
    this.frame({ kind: 'ack', sequence });
  }

  error(error: { code: string; message: string }, sequence: number | null, final: boolean): void {
    this.frame({ kind: 'error', code: error.code, message: error.message.slice(0, 2000), sequence, final });
  }

  /** Runs when everything given so far is on its way. */
  afterwards(action: () => void): void {
    this.chain = this.chain.then(action);
  }

  private frame(frame: Frame): void {
    this.chain = this.chain.then(async () => {
      if (this.socket.readyState !== this.socket.OPEN) return;
      const bytes = await writeFrame(frame);
      this.socket.send(bytes);
      if (this.socket.bufferedAmount > this.maxBuffered) this.onOverflow(this.socket.bufferedAmount);
    });
  }
}
