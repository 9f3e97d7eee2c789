import pino, { type Logger } from 'pino';

/** One line of the log, as our programs write it. */
export interface LogLine {
  level: number;
  msg: string;
  [field: string]: unknown;
}

export interface CapturedLog {
  log: Logger;
  /** Grows as lines are written. */
  lines: LogLine[];
  /** Lines of one phrase. */
  withMessage: (message: string) => LogLine[];
}

/** A real pino logger of level debug whose lines a test can read. */
export function captureLog(): CapturedLog {
  const lines: LogLine[] = [];
  const log = pino(
    { level: 'debug', base: null },
    { write: (text: string) => lines.push(JSON.parse(text) as LogLine) },
  );
  return { log, lines, withMessage: (message) => lines.filter((line) => line.msg === message) };
}
