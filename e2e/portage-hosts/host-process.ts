import type { ResultPromise } from 'execa';
import { type PortageHost, startOnHost } from './run-on-host.ts';

const TAIL_LINES = 60;
const STOP_MS = 15_000;

/** A long-running program on a host, its log kept, ended by its own id. */
export class HostProcess {
  readonly name: string;
  readonly #child: ResultPromise;
  readonly #lines: string[] = [];
  #exit: string | undefined;
  #stopping = false;

  constructor(
    host: PortageHost,
    label: string,
    argv: string[],
    identity: { user: string; extraEnv: Record<string, string> },
  ) {
    this.name = `${host.name} ${label}`;
    this.#child = startOnHost(host, argv, { ...identity, buffer: false });
    this.#child.all?.on('data', (chunk: Buffer) => {
      this.#lines.push(...chunk.toString().split('\n').filter(Boolean));
      this.#lines.splice(0, Math.max(0, this.#lines.length - TAIL_LINES));
    });
    void this.#child.then((result) => {
      this.#exit = `exited with ${result.exitCode ?? result.signal}`;
    });
  }

  logTail(): string {
    return `${this.#lines.join('\n')}${this.#exit ? `\n(${this.#exit})` : ''}`;
  }

  /** @throws where the program ended by itself */
  assertRunning(): void {
    if (this.#exit && !this.#stopping) throw new Error(`${this.name} ${this.#exit}:\n${this.logTail()}`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#exit) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#child.catch(() => undefined);
    clearTimeout(timer);
  }
}
