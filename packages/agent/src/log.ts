import { plainLines } from '@binhost/shared/terminal';
import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** The root of a process's log: one JSON object a line on stderr; each step takes a child that carries its name. */
export function makeLog(level: string, destination: DestinationStream = pino.destination(2)): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, plainLines(destination));
}
