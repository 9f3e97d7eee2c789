import { BinhostError, errorSentence } from '@binhost/shared/errors';
import { terminalText } from '@binhost/shared/terminal';
import { runCommand } from './cli/commands.ts';
import { EXIT, exitCodeOf } from './cli/exit-codes.ts';
import { makeLog } from './log.ts';

/** The process edge: arguments and signals in, exit code out. The only place that ends the process. */
const stop = new AbortController();

for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
// A person who presses Ctrl-C twice does not want to wait for a stop in order.
process.on('SIGINT', () => (stop.signal.aborted ? process.exit(EXIT.interrupted) : stop.abort()));
// `… | head` closes our output early: no mistake of anybody.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  error.code === 'EPIPE' ? process.exit(EXIT.ok) : fail(error),
);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

try {
  await runCommand(process.argv.slice(2), {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stop.signal,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    nowMs: () => Date.now(),
    random: () => Math.random(),
  });
  // A pipe takes no more than 64 KiB at once: what is left of a long list must get out before the process ends.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit(EXIT.ok);
} catch (error) {
  fail(error);
}

function fail(error: unknown): never {
  if (error instanceof BinhostError) {
    process.stderr.write(`binhost-coordinator: ${terminalText(errorSentence(error))}\n`);
    process.exit(exitCodeOf(error.code));
  }
  makeLog('info').fatal({ err: error }, 'unexpected error');
  process.exit(EXIT.unexpected);
}
