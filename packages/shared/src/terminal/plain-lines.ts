import { safeJson } from './terminal-text.ts';

/** Where lines are written to, such as a destination of pino. */
export interface LineDestination {
  write(line: string): unknown;
}

/** A log's destination behind which nothing that a stranger sent can begin a line of its own, or tell a terminal anything. */
export function plainLines(destination: LineDestination): { write(line: string): void } {
  return { write: (line) => void destination.write(safeJson(line.slice(0, -1)) + line.slice(-1)) };
}
