import { readFileSync } from 'node:fs';
import { errorSentence } from '@binhost/shared/errors';
import { terminalText } from '@binhost/shared/terminal';
import type { CommandContext } from './cli/command-context.ts';
import { plainRunArguments } from './cli/run-arguments.ts';

/** The process edge: arguments, signals, exit status. The only file that ends the process. */
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

// A reader that went away (`… | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const context: CommandContext = {
  env: process.env,
  version: ownVersion(),
  signal: stopping.signal,
  random: Math.random,
  askYesNo: async (question) => (await import('./cli/ask-yes-no.ts')).askYesNo(question, process.stdin, process.stderr),
  // Much of it came from others: nothing of that may speak to the terminal.
  print: (text) => process.stdout.write(terminalText(text)),
  warn: (text) => process.stderr.write(terminalText(text)),
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`binhost-agent: ${terminalText(errorSentence(error))}\n`);
  process.exitCode = 1;
}
// Whatever still holds the process open (a socket that answers slowly) must not keep a service from stopping.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit();

async function main(args: string[]): Promise<number> {
  // The daemon does without the argument parser: it would cost it 4 MB for ever.
  const run = plainRunArguments(args);
  if (run) return (await import('./cli/run-command.ts')).runCommand(run, context);
  return (await import('./cli/commands.ts')).runCommandLine(args, context);
}

function ownVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
